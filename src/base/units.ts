/**
 * Branded numbers: the compiler keeps bytes, nanoseconds and operation indices apart.
 * They are plain numbers at run time, so hot loops pay nothing for them.
 */
declare const unit: unique symbol;
type Branded<Tag extends string> = number & { readonly [unit]: Tag };

/** A size or an amount of memory in bytes (IEC: 1 KiB = 1,024 B). */
export type Bytes = Branded<'Bytes'>;
/** A duration or an instant on the virtual clock, in nanoseconds. */
export type Ns = Branded<'Ns'>;
/** A position in the run: how many operations have been done before it. */
export type OpIndex = Branded<'OpIndex'>;

export const asBytes = (value: number): Bytes => value as Bytes;
export const asNs = (value: number): Ns => value as Ns;
export const asOp = (value: number): OpIndex => value as OpIndex;

export const NS_PER_MS = 1e6;
export const NS_PER_S = 1e9;
