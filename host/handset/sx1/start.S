/*
 * Reset of the SX1: the core runs from the first NOR chip, at address 0, from the first instruction on. RAM holds data only.
 *
 * ARM925T, so ARMv4T: SVC mode, interrupts off, caches and MMU as reset leaves them (off).
 */
    .syntax unified
    .arm
    .section .start, "ax"
    .global _start
_start:
    b reset
    b undefined     /* 200 */
    b software      /* 201 */
    b prefetch      /* 202 */
    b data          /* 203 */
    b .             /* reserved */
    b interrupt     /* 204: none was enabled */
    b interrupt

reset:
    msr cpsr_c, #0xd3
    ldr r0, =_stack_end         /* the stack, full of a pattern: main.c looks whether its end was reached */
    ldr r1, =_stack_top
    ldr r2, =0xa5a5a5a5
1:  str r2, [r0], #4
    cmp r0, r1
    blo 1b
    mov sp, r1

    ldr r0, =_data_source
    ldr r1, =_data
    ldr r2, =_data_end
2:  cmp r1, r2
    ldrlo r3, [r0], #4
    strlo r3, [r1], #4
    blo 2b

    ldr r1, =_bss
    ldr r2, =_bss_end
    mov r3, #0
3:  cmp r1, r2
    strlo r3, [r1], #4
    blo 3b

    ldr r0, =main               /* Thumb */
    mov lr, pc
    bx r0
    b .

undefined:
    mov r0, #200
    b stop
software:
    mov r0, #201
    b stop
prefetch:
    mov r0, #202
    b stop
data:
    mov r0, #203
    b stop
interrupt:
    mov r0, #204
stop:
    ldr sp, =_stack_top         /* each mode has a stack pointer of its own, never set: what was on the stack is not needed */
    ldr r1, =trap
    bx r1
    .ltorg
