/*
 * The imports: everything the core asks of a port (the file's name is the import module's name). docs/abi.md is the
 * contract in words; in short, a power cut during `program` may leave anything inside the span, during `erase`
 * anything inside the block, and nothing else.
 */

/** Units: bytes. Returns 0, > 0 bits the driver corrected, -1 failed, < -1 uncorrectable (best guess delivered). */
export declare function read(block: u32, offset: u32, target: usize, length: u32): i32;
export declare function program(block: u32, offset: u32, source: usize, length: u32): i32;
export declare function erase(block: u32): i32;
export declare function is_bad(block: u32): i32;
export declare function mark_bad(block: u32): i32;
export declare function sync(): i32;
