/** How long runs beside each other take, before they are begun. */
export function Length({ text }: { readonly text: string | undefined }) {
  return text === undefined ? null : <span className="run-length">{text}.</span>;
}
