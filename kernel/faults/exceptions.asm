; Chapter 3: what happens between the CPU's objection and the first line of C?
;
; The CPU pushes where it was, for some exceptions an error code, and jumps through
; the interrupt table to one of 256 stubs. A stub makes all cases look alike; then the
; registers are saved as struct interrupt_frame (kernel/faults/exceptions.h) and C takes over.

ERROR_CODE_VECTORS equ 0x60227d00           ; 8, 10 to 14, 17, 21, 29, 30 (SDM 3A table 6-1)
STACK_BYTES equ 8192
GUARD_BYTES equ 4096

section .text
bits 64
extern interrupt_entry

align 16
global interrupt_stubs                      ; 16 bytes each: vector n is at n * 16
interrupt_stubs:
%assign vector 0
%rep 256
    align 16
%if vector > 31 || !((ERROR_CODE_VECTORS >> vector) & 1)
    push 0
%endif
    push vector
    jmp near save_registers
%assign vector vector + 1
%endrep

save_registers:
    push rax
    push rbx
    push rcx
    push rdx
    push rsi
    push rdi
    push rbp
    push r8
    push r9
    push r10
    push r11
    push r12
    push r13
    push r14
    push r15
    cld
    mov rdi, rsp
    call interrupt_entry
    pop r15
    pop r14
    pop r13
    pop r12
    pop r11
    pop r10
    pop r9
    pop r8
    pop rbp
    pop rdi
    pop rsi
    pop rdx
    pop rcx
    pop rbx
    pop rax
    add rsp, 16                             ; vector and error code
    iretq

; void descriptors_load(table pointer, task selector): our own segments, ring 0 only.
global descriptors_load
descriptors_load:
    lgdt [rdi]
    ltr si
    lea rax, [rel .reloaded]
    push 8                                  ; code segment
    push rax
    retfq
.reloaded:
    mov eax, 16                             ; data segment
    mov ds, eax
    mov es, eax
    mov ss, eax
    ret

; Stacks for the exceptions that cannot trust the one in use. Below each lies a guard
; that chapter 6 takes out of the map.
section .bss align=4096
global exception_stacks
exception_stacks: resb 3 * (GUARD_BYTES + STACK_BYTES)
