; Chapter 13: how does one stack become another?
section .text
bits 64
extern task_returned

; void task_switch(uint64_t *from, uint64_t to)
; What a called function must keep (System V ABI 3.2.1) is kept on the stack that is left.
global task_switch
task_switch:
    push rbp
    push rbx
    push r12
    push r13
    push r14
    push r15
    mov [rdi], rsp
    mov rsp, rsi
    pop r15
    pop r14
    pop r13
    pop r12
    pop rbx
    pop rbp
    ret

; Where a new task begins: task_create left its function in RBX, its argument in R12.
global task_first_step
task_first_step:
    mov rdi, r12
    call rbx
    call task_returned                      ; does not come back
