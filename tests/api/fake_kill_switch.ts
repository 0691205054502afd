/** A kill switch in memory: what the doors see of the real one. */
import { ConflictError } from "../../src/model/errors.ts";
import type { KillSwitchControl, KillSwitchState } from "../../src/model/kill_switch.ts";
import { AT } from "./fake_rows.ts";

export class FakeKillSwitch implements KillSwitchControl {
  state: KillSwitchState = {
    engaged: false,
    epoch: 0,
    reason: null,
    engagedAt: null,
    releasedAt: null,
  };

  constructor(readonly calls: string[]) {}

  engage(reason: string): Promise<number> {
    this.calls.push(`engage ${reason}`);
    const epoch = this.state.epoch + 1;
    this.state = { engaged: true, epoch, reason, engagedAt: AT, releasedAt: null };
    return Promise.resolve(epoch);
  }

  release(epoch: number): Promise<void> {
    this.calls.push(`release ${epoch}`);
    if (!this.state.engaged || this.state.epoch !== epoch) {
      return Promise.reject(new ConflictError(`Cannot release kill switch epoch ${epoch}`));
    }
    this.state = { ...this.state, engaged: false, releasedAt: AT };
    return Promise.resolve();
  }
}
