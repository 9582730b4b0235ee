/* Chapter 19: how could this word go on?
 *
 * The names of commands, the entries of a folder, or whatever the command offers that is
 * being typed. All candidates that begin as the word does are asked for once, and what
 * they have in common is kept; to be shown, they are asked for again. So nothing is
 * remembered, however many there are. */
#include "kernel/shell/complete.h"
#include "kernel/terminal/terminal.h"
#include "lib/memory.h"
#include "lib/number.h"
#include "lib/string.h"

struct completion {
    const char *typed; /* what each candidate begins with */
    size_t typed_length;
    char common[FILE_NAME_BYTES]; /* what all candidates begin with */
    size_t common_length, candidates;
    char after;   /* of the only candidate */
    bool showing; /* candidates are shown, not gathered */
};

static void show_word(const char *text, size_t length, char after)
{
    char shown[FILE_NAME_BYTES];
    memcpy(shown, text, length + 1);
    terminal_write(string_tame(shown, false), length);
    terminal_write(after == '/' ? "/  " : "  ", after == '/' ? 3 : 2);
}

void completion_offer(struct completion *completion, const char *text, char after)
{
    size_t length = string_length(text), same = 0;
    if (length >= FILE_NAME_BYTES || length < completion->typed_length ||
        memcmp(text, completion->typed, completion->typed_length) != 0)
        return;
    if (completion->showing) {
        show_word(text, length, after);
        return;
    }
    if (completion->candidates++ == 0) {
        memcpy(completion->common, text, length);
        completion->common_length = length;
        completion->after = after;
    }
    while (same < minimum(length, completion->common_length) && text[same] == completion->common[same])
        same++;
    completion->common_length = same;
}

static bool offer_entry(void *completion, const char *name, const struct file_attributes *attributes)
{
    completion_offer(completion, name, attributes->kind == FILE_FOLDER ? '/' : ' ');
    return true;
}

/* Who knows the candidates of a word. */
struct source {
    const struct command *command; /* NULL: the word is a command */
    int argument;
    const char *folder; /* where its path leads */
};

static void ask(const struct source *source, struct completion *completion)
{
    if (!source->command)
        for (struct command *command = commands; command; command = command->next)
            completion_offer(completion, command->name, ' ');
    else if (source->command->complete)
        source->command->complete(completion, source->argument);
    else
        file_list(source->folder, offer_entry, completion);
}

/* Splits the word into the folder that is typed already and the name that begins. */
static const char *split_path(struct call *call, char *word)
{
    size_t folder = string_length(word);
    while (folder && word[folder - 1] != '/')
        folder--;
    const char *name = word + folder;
    char first = *name;
    word[folder] = 0;
    bool sound = path_make(call->path, call->folder, word) >= 0;
    word[folder] = first;
    return sound ? name : NULL;
}

/* A name is cut between characters. */
static size_t whole_characters(const char *text, size_t length)
{
    while (length && ((uint8_t)text[length] & 0xc0) == 0x80)
        length--;
    return length;
}

/* Puts what is typed before the name, and what the candidates have in common, in the word's place. */
static void replace_word(struct call *call, size_t start, const char *word, struct completion *completion)
{
    char *whole = call->third;
    size_t before = (size_t)(completion->typed - word);
    size_t common = completion->common_length;
    if (before + common >= PATH_BYTES)
        return;
    memcpy(whole, word, before);
    memcpy(whole + before, completion->common, common);
    whole[before + common] = 0;
    if (!words_quote(call->text, LINE_BYTES - 1, whole))
        return;
    if (completion->candidates == 1) {
        size_t length = string_length(call->text);
        call->text[length] = completion->after;
        call->text[length + 1] = 0;
    }
    line_replace(start, call->text);
}

static void show_candidates(const struct source *source, struct completion *completion)
{
    completion->showing = true;
    terminal_write("\n", 1);
    ask(source, completion);
    terminal_write("\n", 1);
    line_show();
}

void complete_word(struct call *call)
{
    static char nothing[1];
    struct words *words = &call->words;
    memcpy(call->line, line_text, line_at);
    call->line[line_at] = 0;
    for (size_t at = 0, next = 1; next; at = next)
        next = words_split(words, call->line, at);
    if (words->too_many)
        return;
    int place = words->touched ? words->count - 1 : words->count;
    char *word = words->touched ? words->word[place] : nothing;
    size_t start = words->touched ? words->start[place] : line_at;
    struct source source = { .argument = place, .folder = call->path };
    struct completion completion = { .typed = word };
    if (place > 0) {
        source.command = command_find(words->word[0]);
        if (!source.command)
            return;
        if (!source.command->complete)
            completion.typed = split_path(call, word);
    }
    if (!completion.typed)
        return;
    completion.typed_length = string_length(completion.typed);
    ask(&source, &completion);
    if (completion.candidates > 1)
        completion.common_length = whole_characters(completion.common, completion.common_length);
    if (completion.candidates == 1 || completion.common_length > completion.typed_length)
        replace_word(call, start, word, &completion);
    else if (completion.candidates > 1)
        show_candidates(&source, &completion);
}
