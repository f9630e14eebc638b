const NS_PER_DAY = 86_400e9;
/** Digits of which a number is exact. */
const EXACT = 15;

/**
 * Times as recorders write them, in ns since the first one that was read. Nanoseconds since 1970 have more digits than a
 * number is exact to, so the first is subtracted from the digits.
 */
export class Clock {
  private base: { readonly high: number; readonly low: number } | undefined;
  private days = 0;
  private before = 0;

  /** A whole number of ns. @returns NaN: it is none */
  nanoseconds(digits: string): number {
    if (!/^\d{1,60}$/.test(digits)) return Number.NaN;
    const high = digits.length > EXACT ? Number(digits.slice(0, -EXACT)) : 0;
    return this.since(high, Number(digits.slice(-EXACT)));
  }

  /** Seconds with decimals. @returns NaN: they are none */
  seconds(text: string): number {
    const [, whole, part = ''] = /^(\d{1,40})(?:\.(\d*))?$/.exec(text) ?? [];
    if (whole === undefined) return Number.NaN;
    return this.nanoseconds(whole + part.slice(0, 9).padEnd(9, '0'));
  }

  /** A time of the day, hh:mm:ss and decimals; it may pass midnight. @returns NaN: it is none */
  timeOfDay(text: string): number {
    const [, hours, minutes, seconds, part = ''] =
      /(\d{1,2}):(\d{2}):(\d{2})(?:[.:](\d*))?$/.exec(text) ?? [];
    if (hours === undefined) return Number.NaN;
    const whole = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds);
    const ns = whole * 1e9 + Number(part.slice(0, 9).padEnd(9, '0'));
    if (ns < this.before - NS_PER_DAY / 2) this.days++;
    this.before = ns;
    return this.since(0, this.days * NS_PER_DAY + ns);
  }

  /** Whichever of the three it looks like; a number with decimals is seconds. @returns NaN: none of them */
  any(text: string): number {
    if (text.includes(':')) return this.timeOfDay(text);
    return text.includes('.') ? this.seconds(text) : this.nanoseconds(text);
  }

  private since(high: number, low: number): number {
    this.base ??= { high, low };
    return (high - this.base.high) * 10 ** EXACT + (low - this.base.low);
  }
}
