#!/bin/sh
# Chapter 1: how does a kernel become a CD that every PC starts?
#
#     iso/image.sh KERNEL.elf IMAGE.iso WORK
#
# A CD holds a loader for each kind of firmware. A BIOS loads the sectors that the
# CD's El Torito record names and jumps into them; UEFI opens the FAT file system
# that a second record names and runs EFI/BOOT/BOOTX64.EFI. Here both are GRUB with
# just the parts that the kernel needs, and both find it in the same folder of the CD.
#
# The same sources give the same image, byte for byte: every date, serial number and
# owner that a tool would take from this moment or this machine is set here. So
# anybody can check that an image comes from these sources, by building it again.
# WORK is a folder for what is made on the way.
set -eu
kernel=$1
image=$2
work=$3
here=$(dirname "$0")

# Both names are in use for the same programs; /usr/lib/grub holds GRUB's parts.
program() { command -v "$1" || command -v "$2" || { echo "image: $1 is missing" >&2; exit 1; }; }
mkimage=$(program grub-mkimage grub2-mkimage)
for parts in "${GRUB_PARTS:-/usr/lib/grub}" /usr/lib/grub2 /usr/share/grub2 /usr/share/grub; do
    [ ! -d "$parts/i386-pc" ] || break
done

# One fixed moment, 1 January 2000, as each tool wants it. Not the time of the commit: an
# image that was not built anew, because nothing in it changed, must equal one that was.
export SOURCE_DATE_EPOCH=946684800 TZ=UTC LC_ALL=C
moment=200001010000

rm -rf "$work"
mkdir -p "$work/cd/boot/grub" "$work/efi"

# Nor what a person or a system has told mtools and xorriso to do otherwise (~/.mtoolsrc, /etc/default/xorriso).
export HOME="$work" MTOOLSRC=/dev/null

# 1. The kernel, without the debugger's tables: GRUB would load those into memory too,
#    and they are larger than the kernel. gdb reads them from the file that KERNEL is.
"${OBJCOPY:-objcopy}" --strip-all "$kernel" "$work/cd/boot/guestbook.elf"
cp "$here/grub.cfg" "$work/cd/boot/grub/"

# 2. GRUB's modules: the reader of grub.cfg, the loader of the kernel, and whatever
#    those need in turn, which moddep.lst tells ("name: needs needs ...").
#    They stay files of their own. GRUB could carry them in its core; but for a BIOS
#    that is always compressed, and unpacking it costs an interpreted VirtualBox more
#    than all the rest of the way from the firmware to the kernel.
add_modules() {
    for module; do
        [ ! -e "$folder/$module.mod" ] || continue
        cp "$parts/$platform/$module.mod" "$folder/"
        # shellcheck disable=SC2046  # the words of the list, one by one
        add_modules $(sed -n "s/^$module://p" "$parts/$platform/moddep.lst")
    done
}
for platform in i386-pc x86_64-efi; do
    [ -e "$parts/$platform/moddep.lst" ] || { echo "image: GRUB's half for $platform is missing" >&2; exit 1; }
    folder=$work/cd/boot/grub/$platform
    mkdir -p "$folder"
    add_modules normal multiboot2
done

# 3. GRUB's core for each firmware: what it takes to read the CD, and UEFI's way to set a
#    video mode (the BIOS's is one of the modules above). UEFI starts the core from
#    another file system than the CD's; so it has to look for that one first.
"$mkimage" -d "$parts/i386-pc" -O i386-pc-eltorito -p /boot/grub -o "$work/cd/boot/grub/bios.img" biosdisk iso9660
cat > "$work/search.cfg" << 'END'
search.file /boot/guestbook.elf root
set prefix=($root)/boot/grub
END
"$mkimage" -d "$parts/x86_64-efi" -O x86_64-efi -p /boot/grub -c "$work/search.cfg" -o "$work/efi/BOOTX64.EFI" \
    iso9660 search_fs_file efi_gop

# 4. The FAT file system, as large as that needs. Without -N, mformat invents a serial
#    number; without -m, the copy has the time of now.
fat=$work/efi.img
sectors=$(( $(wc -c < "$work/efi/BOOTX64.EFI") / 512 + 64 ))
touch -t "$moment" "$work/efi/BOOTX64.EFI"
mformat -C -i "$fat" -T "$sectors" -h 2 -s 32 -N 47554553 ::
mmd -i "$fat" ::/EFI ::/EFI/BOOT
mcopy -m -i "$fat" "$work/efi/BOOTX64.EFI" ::/EFI/BOOT/

# 5. The CD. The second line is the BIOS's record, and GRUB learns from a table in itself
#    where on the CD its rest is; the third puts the same into the first sector, where a
#    BIOS looks on a USB stick with this image. The fourth and fifth are the UEFI's: a
#    partition behind the CD's files, and the record that points there. It lies last,
#    because GRUB reads ahead: without anything behind the kernel, it would read beyond
#    the end of the CD, and there a BIOS hangs.
#    -r: everything belongs to root. The files are named by -map, for mkisofs takes a folder's name apart where there is
#    a = in it; no_emul_toc: without it, -outdev leaves room for more sessions.
rm -f "$image"
xorriso -no_rc -compliance no_emul_toc -outdev "$image" -map "$work/cd" / -as mkisofs -quiet -r -V GUESTBOOK \
    -b boot/grub/bios.img -no-emul-boot -boot-load-size 4 -boot-info-table --grub2-boot-info \
    --grub2-mbr "$parts/i386-pc/boot_hybrid.img" \
    -append_partition 2 0xef "$fat" \
    -eltorito-alt-boot -e --interval:appended_partition_2:all:: -no-emul-boot \
    -no-pad --modification-date="${moment}0000" --set_all_file_dates "${moment}0000" 2> "$work/xorriso.log" ||
    { cat "$work/xorriso.log" >&2; exit 1; }
