declare module 'svgcanvas' {
  /** A 2D context that writes an SVG document; the part of it that is used here. */
  export class Context {
    constructor(options: { width: number; height: number });
    getSvg(): SVGSVGElement;
  }
}
