import { widerDoubles } from '../../machine/columns.ts';

/** When each row of the map came to be what it is: operation, time and serial number. */
export class Births {
  op: Float64Array<ArrayBuffer> = new Float64Array(64);
  ns: Float64Array<ArrayBuffer> = new Float64Array(64);
  serial: Float64Array<ArrayBuffer> = new Float64Array(64);
  /** Births so far. */
  count = 0;

  /** A row is born, perhaps anew. */
  note(row: number, op: number, ns: number): void {
    if (row >= this.op.length) {
      const rows = Math.max(row + 1, this.op.length * 2);
      this.op = widerDoubles(this.op, rows);
      this.ns = widerDoubles(this.ns, rows);
      this.serial = widerDoubles(this.serial, rows);
    }
    this.op[row] = op;
    this.ns[row] = ns;
    this.serial[row] = this.count++;
  }

  get bytes(): number {
    return 3 * this.op.byteLength;
  }

  /** @param rows rows ever born */
  snapshot(rows: number): SavedBirths {
    return {
      op: this.op.slice(0, rows),
      ns: this.ns.slice(0, rows),
      serial: this.serial.slice(0, rows),
      count: this.count,
    };
  }
  restore(from: SavedBirths): void {
    const rows = Math.max(64, from.op.length);
    this.op = widerDoubles(from.op, rows);
    this.ns = widerDoubles(from.ns, rows);
    this.serial = widerDoubles(from.serial, rows);
    this.count = from.count;
  }
}

export interface SavedBirths {
  readonly op: Float64Array;
  readonly ns: Float64Array;
  readonly serial: Float64Array;
  readonly count: number;
}
