; Chapter 1: how does a kernel get from GRUB's 32-bit world to C in 64 bits?
;
; GRUB finds the multiboot2 header, loads the kernel and jumps to `start` in
; 32-bit protected mode without paging: EAX = 0x36d76289, EBX = address of the
; boot information. From here on: a CPU in long mode with the first 4 GiB mapped
; one to one, a stack, and kernel_main(boot information) running.
;
; A kernel has one map, and it is the identity: every address is the physical
; address. There is no user space to make room for, and the host wants physical
; addresses anyway.

MULTIBOOT2_HEADER_MAGIC equ 0xe85250d6      ; multiboot2 specification 3.1.2
MULTIBOOT2_LOADER_MAGIC equ 0x36d76289      ; multiboot2 specification 3.3
ARCHITECTURE_I386       equ 0
COM1                    equ 0x3f8
COM1_LINE_STATUS        equ COM1 + 5
LINE_STATUS_EMPTY       equ 0x20            ; transmit register can take a byte
HOST_LOG                equ 0x504           ; VirtualBox's log port: bytes go to VBox.log

PAGE_PRESENT_WRITABLE   equ 0x003           ; SDM 3A 4.5
PAGE_LARGE              equ 0x080           ; maps 2 MiB in a page directory
CR0_PAGING_PROTECT      equ 0x80010000      ; PG, and WP: the kernel obeys read-only too
CR4_PAE                 equ 0x20
MSR_EFER                equ 0xc0000080
EFER_LONG_MODE          equ 0x100
EFER_NO_EXECUTE         equ 0x800
CPUID_LONG_MODE         equ 1 << 29         ; leaf 0x80000001, EDX
CPUID_NO_EXECUTE        equ 1 << 20         ; the same
EFLAGS_CPUID            equ 1 << 21

TAG_END                 equ 0
TAG_FRAMEBUFFER         equ 8
FRAMEBUFFER_TEXT        equ 2               ; framebuffer type: characters and attributes

; The text at ESI or RSI, ending in 0, to COM1 and the host's log; then returns.
; The same lines assemble for 32 and for 64 bits.
%macro SAY 0
%%next:
    lodsb
    test al, al
    jz %%done
    mov ah, al
    mov ecx, 0x10000                        ; a port that never empties holds nobody up
    mov edx, COM1_LINE_STATUS
%%wait:
    in al, dx
    test al, LINE_STATUS_EMPTY
    loopz %%wait
    mov al, ah
    mov edx, COM1
    out dx, al
    mov edx, HOST_LOG
    out dx, al
    jmp %%next
%%done:
    ret
%endmacro

section .multiboot2 align=8
header:
    dd MULTIBOOT2_HEADER_MAGIC
    dd ARCHITECTURE_I386
    dd header.end - header
    dd -(MULTIBOOT2_HEADER_MAGIC + ARCHITECTURE_I386 + (header.end - header))
align 8
    dw 5, 1                                 ; framebuffer request, optional
    dd 20
    dd 1024, 768, 32
align 8
    dw TAG_END, 0
    dd 8
.end:

section .text
bits 32
global start
start:
    mov esp, boot_stack_top
    cld
    mov esi, message_loader
    cmp eax, MULTIBOOT2_LOADER_MAGIC
    jne refuse
    mov edi, ebx                            ; kept for kernel_main

    pushfd                                  ; CPUID exists if EFLAGS bit 21 can change
    pop eax
    mov ecx, eax
    xor eax, EFLAGS_CPUID
    push eax
    popfd
    pushfd
    pop eax
    mov esi, message_cpu
    cmp eax, ecx
    je refuse_on_screen
    mov eax, 0x80000000
    cpuid
    cmp eax, 0x80000001
    jb refuse_on_screen
    mov eax, 0x80000001
    cpuid
    test edx, CPUID_LONG_MODE
    jz refuse_on_screen
    mov ebp, edx                            ; for the no-execute bit below

.map:                                       ; four directories of 512 entries of 2 MiB: 4 GiB
    mov eax, PAGE_PRESENT_WRITABLE | PAGE_LARGE
    mov ebx, boot_directories
    mov ecx, 4 * 512
.directories:
    mov [ebx], eax
    mov dword [ebx + 4], 0
    add eax, 0x200000
    add ebx, 8
    loop .directories
    mov eax, boot_directories + PAGE_PRESENT_WRITABLE
    mov ebx, boot_directory_pointers
    mov ecx, 4
.pointers:
    mov [ebx], eax
    add eax, 4096
    add ebx, 8
    loop .pointers
    mov dword [boot_top_table], boot_directory_pointers + PAGE_PRESENT_WRITABLE

    mov eax, CR4_PAE                        ; and nothing that a firmware may have left on
    mov cr4, eax
    mov eax, boot_top_table
    mov cr3, eax
    mov ecx, MSR_EFER
    rdmsr
    or eax, EFER_LONG_MODE
    test ebp, CPUID_NO_EXECUTE
    jz .no_execute_done
    or eax, EFER_NO_EXECUTE
.no_execute_done:
    wrmsr
    mov eax, cr0
    or eax, CR0_PAGING_PROTECT
    mov cr0, eax
    lgdt [boot_descriptors.pointer]
    jmp boot_descriptors.code - boot_descriptors:start64

; EDI: boot information, ESI: message. If the loader left the screen in text
; mode, the message goes there too, white on red in the top row.
refuse_on_screen:
    mov eax, [edi]                          ; total size of the boot information
    lea ecx, [edi + eax]
    lea ebx, [edi + 8]
.tag:
    lea eax, [ebx + 32]                     ; a framebuffer tag has 31 bytes at least
    cmp eax, ecx
    ja refuse
    cmp dword [ebx], TAG_FRAMEBUFFER
    je .framebuffer
    cmp dword [ebx], TAG_END
    je refuse
    mov eax, [ebx + 4]
    cmp eax, 8
    jb refuse                               ; a tag shorter than its header
    add eax, 7
    and eax, ~7
    add ebx, eax
    jc refuse
    jmp .tag
.framebuffer:
    cmp byte [ebx + 29], FRAMEBUFFER_TEXT
    jne refuse
    mov edi, [ebx + 8]
    push esi
    mov ah, 0x4f
.character:
    lodsb
    cmp al, ' '
    jb .shown
    stosw
    jmp .character
.shown:
    pop esi
refuse:
    call say32
.stop:
    cli
    hlt
    jmp .stop

say32: SAY

bits 64
extern kernel_main
start64:
    mov eax, boot_descriptors.data - boot_descriptors
    mov ds, eax
    mov es, eax
    mov ss, eax
    xor eax, eax
    mov fs, eax
    mov gs, eax
    mov rsp, boot_stack_top
    xor ebp, ebp                            ; the backtrace ends here
    mov edi, edi                            ; boot information, upper half cleared
    call kernel_main
    ud2                                     ; kernel_main does not return

; void boot_say(const char *text): the way of last resort, without any setup.
global boot_say
boot_say:
    mov rsi, rdi
    SAY

section .rodata
message_loader: db "Guestbook: not started by a multiboot2 loader.", 10, 0
message_cpu:    db "Guestbook: this CPU has no 64-bit long mode.", 10, 0

align 8
boot_descriptors:                           ; SDM 3A 3.4.5
    dq 0
.code: dq 0x00209a0000000000                ; 64-bit code, present, ring 0
.data: dq 0x0000920000000000                ; data, writable, present
.pointer:
    dw $ - boot_descriptors - 1
    dd boot_descriptors

section .bss align=4096
boot_top_table:          resb 4096
boot_directory_pointers: resb 4096
boot_directories:        resb 4 * 4096
global boot_stack_guard, boot_stack_top
boot_stack_guard:        resb 4096          ; unmapped from chapter 6 on
boot_stack:              resb 16384
boot_stack_top:
