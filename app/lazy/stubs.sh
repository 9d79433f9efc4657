#!/bin/sh
# stubs.sh NAME LIST: prints assembly for x86-64, with a stub for each function in a list (lazy.h).
# A stub keeps all registers that arguments travel in, as it does not know them.
set -eu
sed '/^ *$/d' "$2" | awk -v name="$1" '
BEGIN {
    print "#include <cet.h>\n\t.text"
}
{
    names[NR - 1] = $1
    printf "\t.globl %s\n\t.hidden %s\n\t.type %s, @function\n%s:\n", $1, $1, $1, $1
    print "\t_CET_ENDBR"
    printf "\tmovq functions+%d(%%rip), %%r11\n", 8 * (NR - 1)
    print "\ttestq %r11, %r11\n\tjz 1f\n\tjmp *%r11"
    printf "1:\tmovl $%d, %%r11d\n\tjmp find\n\t.size %s, . - %s\n", NR - 1, $1, $1
}
END {
    split("rax rdi rsi rdx rcx r8 r9", kept)
    print "find:\n\tpushq %rbp\n\tmovq %rsp, %rbp"
    for (i = 1; i <= 7; i++)
        print "\tpushq %" kept[i]
    print "\tsubq $136, %rsp" # which aligns it to 16 bytes
    for (i = 0; i < 8; i++)
        printf "\tmovups %%xmm%d, %d(%%rsp)\n", i, 16 * i
    print "\tleaq group(%rip), %rdi\n\tmovl %r11d, %esi\n\tcall lazy_find\n\tmovq %rax, %r11"
    for (i = 0; i < 8; i++)
        printf "\tmovups %d(%%rsp), %%xmm%d\n", 16 * i, i
    print "\taddq $136, %rsp"
    for (i = 7; i >= 1; i--)
        print "\tpopq %" kept[i]
    print "\tpopq %rbp\n\tjmp *%r11"

    print "\t.section .data.rel.ro, \"aw\"\n\t.balign 8"
    print "group:\n\t.quad module\n\t.quad names\n\t.quad functions\nnames:"
    for (i = 0; i < NR; i++)
        print "\t.quad name" i
    print "\t.section .rodata\nmodule:\t.string \"mien-" name ".so\""
    for (i = 0; i < NR; i++)
        printf "name%d:\t.string \"%s\"\n", i, names[i]
    printf "\t.bss\n\t.balign 8\nfunctions:\n\t.zero %d\n", 8 * NR
    print "\t.section .note.GNU-stack, \"\", @progbits"
}'
