/* as-bind has no types of its own: what host/core/workbench.ts uses of it. */
declare module "as-bind/dist/as-bind.cjs.js" {
  export interface Bound {
    exports: Record<string, unknown>;
    loadedModule: { instance: WebAssembly.Instance };
  }
  export interface Converter {
    ascToJs: (bound: Bound, address: number, type: string) => unknown;
  }
  export const converters: Map<string, Converter>;
  export function instantiateSync(source: BufferSource, imports: WebAssembly.Imports): Bound;
}
