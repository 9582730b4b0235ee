/* Chapter 19: what Tab makes of commands, their arguments, and paths. */
#include "tests/host/commands.h"

/* What is typed, and then Tab. */
static void expect_completed(const char *typed, const char *line)
{
    line_begin("> ");
    for (; *typed; typed++)
        line_type(*typed);
    shown[0] = 0;
    complete_word(&call);
    EXPECT_TEXT(line_text, line);
}

TEST(tab_finishes_commands_and_paths)
{
    set_up();
    commands_add(&moon, 1);
    expect("mkdir m/folder 'm/two words'; touch m/file1 m/file2", 0, "");
    expect("touch m/\u00fcber m/\u00fcbel 'm/li\\ne' \"m/li\\nf\"", 0, "");
    prepare_call();
    expect_completed("ec", "echo ");
    expect_completed("rea", "readlink ");
    expect_completed("ls; ec", "ls; echo ");
    expect_completed("ls;ec", "ls;echo ");
    expect_completed("ls /", "ls /");
    EXPECT_TEXT(shown, "\nm/  n/  \n> ls /");
    expect_completed("ls /m", "ls /m/");
    expect_completed("ls m/fo", "ls m/folder/");
    expect_completed("ls m/fi", "ls m/file");
    EXPECT_TEXT(shown, "le");
    expect_completed("ls m/file", "ls m/file");
    EXPECT_TEXT(shown, "\nfile1  file2  \n> ls m/file");
    expect_completed("ls m/t", "ls m/two\\ words/");
    expect_completed("ls 'm/two w", "ls m/two\\ words/");
    expect_completed("ls \"m/t", "ls m/two\\ words/");
    expect_completed("ls m/\u00fc", "ls m/\u00fcbe");
    expect_completed("ls m/none", "ls m/none");
    expect_completed("ls none/", "ls none/");
    expect_completed("nonsense m", "nonsense m");
    expect_completed("moon ", "moon full ");
    expect_completed("moon f x h\x1b[D\x1b[D\x1b[D\x1b[D", "moon full  x h");
    expect_completed("layout d", "layout de ");
    expect_completed("help ls", "help ls ");
    expect_completed("cat m/li\\\\", "cat m/li\\\\ne ");
    expect_completed("cat m/li\\n", "cat m/li\\nf ");
    strcpy(call.folder, "/m/folder");
    expect_completed("cat ../file", "cat ../file");
    expect_completed("cat ../two", "cat ../two\\ words/");
    EXPECT(shell_run_call(&call, "cd ../two\\ words"), ==, 0);
}

TEST(names_that_are_offered_do_not_steer_the_terminal)
{
    set_up();
    expect("touch 'm/a\x1b[2J' m/a\xc2\x9b[2J", 0, "");
    prepare_call();
    expect_completed("ls m/a", "ls m/a");
    EXPECT_TEXT(shown, "\na?[2J  a??[2J  \n> ls m/a");
}

TEST(a_name_is_not_cut_inside_a_character)
{
    set_up();
    expect("touch m/\u00e4a m/\u00f6a", 0, ""); /* the first bytes are the same */
    prepare_call();
    expect_completed("ls m/", "ls m/");
    EXPECT_TEXT(shown, "\n\u00e4a  \u00f6a  \n> ls m/");
}
