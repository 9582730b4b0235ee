; A loader that is not multiboot2's: the first sector of a disk.
;
; QEMU has put the kernel where it belongs (-device loader); this switches to 32-bit
; protected mode, as a loader must, and jumps to the entry, but with the magic number
; of multiboot's first version.

MULTIBOOT1_LOADER_MAGIC equ 0x2badb002
BOOT_SECTOR             equ 0x7c00          ; where a BIOS puts it
CR0_PROTECTION          equ 1

bits 16
org BOOT_SECTOR
    cli
    xor ax, ax
    mov ds, ax
    lgdt [descriptors.pointer]
    mov eax, cr0
    or eax, CR0_PROTECTION
    mov cr0, eax
    jmp descriptors.code - descriptors:protected

bits 32
protected:
    mov ax, descriptors.data - descriptors
    mov ds, ax
    mov es, ax
    mov ss, ax
    mov eax, MULTIBOOT1_LOADER_MAGIC
    mov ecx, ENTRY
    jmp ecx

align 8
descriptors:
    dq 0
.code: dq 0x00cf9a000000ffff                ; 32-bit code, 4 GiB from 0
.data: dq 0x00cf92000000ffff                ; data, the same
.pointer:
    dw $ - descriptors - 1
    dd descriptors

times 510 - ($ - $$) db 0
    dw 0xaa55                               ; what makes it a boot sector
