"""Question: would the tests that docs/mistakes.md names catch the mistakes?

Each mistake is made once, in one place of a source that is otherwise as it is, and a test that the page names is run
against the result: it must fail. Without the change it must hold, or nothing would be proved. Mistakes that only a
whole machine shows are on the page with tests of tests/virtualbox, and not made here."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "docs"), str(ROOT / "tests" / "host")]

import test_host  # noqa: E402
from sources import with_parts  # noqa: E402

PAGE = ROOT / "docs" / "mistakes.md"
LATER = "## For later chapters"      # no test is asked for from here on
BUILD = ROOT / "build" / "tests" / "mistakes"
SECONDS = 60        # a test that takes longer hangs, which is a way to fail; a second is usual
# Sanitizers would find more, and take ten times as long to compile; what is caught without them is caught with them.
FLAGS = [flag for flag in test_host.FLAGS if "sanitize" not in flag]

VMMDEV, EVENTS, MOUSE = "drivers/guest/vmmdev.c", "drivers/guest/events.c", "drivers/guest/mouse/mouse.c"
HINTS, SEAMLESS, HGCM = "drivers/guest/screens/display_hints.c", "drivers/guest/screens/seamless.c", "drivers/guest/services/hgcm.c"
FILES, PATHS, FOLDERS = "drivers/guest/folders/folder_files.c", "drivers/guest/folders/folder_paths.c", "drivers/guest/folders/folders.c"
POINTER, OWNER, INPUT = "kernel/desktop/pointer.c", "drivers/guest/mouse/pointer_owner.c", "kernel/desktop/input.c"
CLOCK, NOTES, PS2 = "kernel/time/wall_clock.c", "drivers/guest/services/notes.c", "drivers/ps2/ps2_mouse.c"

# The test that catches it, the source, what stands there once, and the mistake in its place.
MADE = [
    ("the_host_knows_who_we_are", VMMDEV,
     "    if (!report_interface())", "    if (false && !report_interface())"),
    ("the_host_knows_who_we_are", VMMDEV,
     "= VMMDEV_INTERFACE_VERSION;", "= 0x10003;"),
    ("the_host_knows_who_we_are", VMMDEV,
     '"%u.%u.%u_Guestbook"', '"Guestbook %u.%u.%u"'),
    ("the_handshake_is_these_accesses_and_no_others", VMMDEV,
     "    vmmdev.port = (uint16_t)vmmdev.pci->bars[0].address;\n", ""),
    ("a_silent_host_is_asked_once", VMMDEV,
     "request->status = VMMDEV_NO_ANSWER;", "request->status = 0;"),
    ("the_host_knows_who_we_are", VMMDEV,
     "request->version = VMMDEV_REQUEST_VERSION;", "request->version = VMMDEV_INTERFACE_VERSION;"),
    ("a_request_above_4_gib_stops_the_kernel", VMMDEV,
     "    check((uint64_t)(uintptr_t)request + size, <=, 1ull << 32);\n", ""),
    ("without_device_memory_the_port_says_whose_interrupt_it_is", EVENTS,
     "return flag_lies || !vmmdev.memory || vmmdev.memory->have_events;",
     "return flag_lies || (vmmdev.memory && vmmdev.memory->have_events);"),
    ("one_event_costs_one_interrupt_and_one_fetch", EVENTS,
     "    int fetches = answer();\n    insatiable",
     "    int fetches = has_called();\n    pending = VMMDEV_EVENTS_KNOWN;\n    insatiable"),
    ("one_event_costs_one_interrupt_and_one_fetch", VMMDEV,
     "vmmdev.fast_acknowledge = request.features & VMMDEV_HOST_FAST_ACKNOWLEDGE;", "vmmdev.fast_acknowledge = false;"),
    ("everyone_hears_of_his_own_events_alone", EVENTS,
     "    for (struct event_subscriber *subscriber = subscribers; subscriber; subscriber = subscriber->next) {\n"
     "        uint32_t wanted = subscriber->events & events;\n",
     "    for (struct event_subscriber *subscriber = subscribers; subscriber; subscriber = subscriber->next) {\n"
     "        uint32_t wanted = subscriber->events & events;\n        if (wanted)\n            events = 0;\n"),
    ("masks_add_up_even_while_events_wait", EVENTS,
     "    request.set = subscriber->events;",
     "    request.set = subscriber->events;\n    request.clear = ~subscriber->events;"),
    ("a_line_that_does_not_arrive_is_found_out", EVENTS,
     "        else if (!has_news && !event_interrupts)\n            look_for_calls_in_vain();\n", ""),
    ("once_the_line_has_proved_itself_an_idle_kernel_sleeps_for_ever", EVENTS,
     "return event_interrupts ? WAIT_FOREVER : PROBATION;", "return PROBATION;"),
    ("ich9_of_virtualbox", "drivers/pci/pci_interrupt.c",
     "    if (!piix && has_io_apic())\n        return ich9 && route_on_ich9(ich9, place, line);\n", ""),
    ("the_edges_are_valid_positions", MOUSE,
     "    struct input_event event = {\n",
     "    if (!request.status.x || !request.status.y)\n        return;\n    struct input_event event = {\n"),
    ("a_position_is_meant_for_the_screens_of_its_time", "kernel/desktop/desktop.c", "    pointer_catch_up();\n", ""),
    ("absolute_positions_are_asked_for_in_one_word", MOUSE,
     "VMMDEV_MOUSE_GUEST_ABSOLUTE | VMMDEV_MOUSE_NEW_PROTOCOL", "VMMDEV_MOUSE_GUEST_ABSOLUTE"),
    ("no_click_is_lost_while_the_tasks_are_busy", MOUSE,
     "{ VMMDEV_EVENT_MOUSE_POSITION, answer_position, NULL, NULL }",
     "{ VMMDEV_EVENT_MOUSE_POSITION, NULL, answer_position, NULL }"),
    ("every_part_of_an_event_arrives", MOUSE,
     "    bool all = host_has_buttons &&\n", "    bool all = false && host_has_buttons &&\n"),
    ("a_host_without_request_223_is_not_promised_to_be_asked_it", MOUSE,
     "    if (host_has_buttons)\n        request.features", "    request.features"),
    ("a_restored_machine_asks_where_the_mouse_is", MOUSE,
     "VMMDEV_EVENT_MOUSE_CAPABILITIES | VMMDEV_EVENT_RESTORED, NULL", "VMMDEV_EVENT_MOUSE_CAPABILITIES, NULL"),
    ("a_click_stays_where_it_was_made", INPUT,
     "    bool motion = is_motion(&event);", "    bool motion = event.kind != INPUT_KEY;"),
    ("what_the_host_has_is_not_sent_again", "drivers/guest/mouse/host_pointer.c",
     "    if ((is_known && shape == sent) || is_refused)", "    if (is_refused)"),
    ("a_hint_that_was_taken_does_not_come_again", HINTS,
     "acknowledge = VMMDEV_EVENT_DISPLAY_CHANGE;", "acknowledge = 1;"),
    ("a_hint_that_was_taken_does_not_come_again", HINTS,
     "acknowledge = VMMDEV_EVENT_DISPLAY_CHANGE;", "acknowledge = 0;"),
    ("the_host_learns_that_this_guest_changes_its_modes", HINTS,
     "    vmmdev_send(&capability.header, VMMDEV_SET_CAPABILITIES, sizeof capability);\n", "    (void)capability;\n"),
    ("only_another_region_is_sent", SEAMLESS,
     "    if (is_known && count == sent.visible.count", "    if (false && count == sent.visible.count"),
    ("the_host_gets_the_region_when_it_wants_it", SEAMLESS,
     "VMMDEV_SET_VISIBLE_REGION, sizeof", "71, sizeof"),
    ("a_slow_call_holds_up_no_other", HGCM,
     "    wait_until(is_over, call, status == HGCM_ACCEPTED ? microseconds : 0);",
     "    for (int looks = 0; !is_over(call) && looks < 1000000; looks++) ;"),
    ("a_call_that_ends_while_it_is_taken_back_has_ended", HGCM,
     "VMMDEV_HGCM_CANCEL, sizeof request) >= 0 ||\n           wait_until(has_ended, call, COMPLETION_TIME);",
     "VMMDEV_HGCM_CANCEL, sizeof request) >= -999999;"),
    ("the_page_of_a_call_that_never_comes_back_is_nobody_s", HGCM,
     "    if (!is_back)\n        leave(call);\n", "    (void)leave;\n"),
    ("pages_that_are_lent_directly_are_free_when_the_last_call_has_ended", HGCM,
     "    bool must_end = call->is_direct || call->ended,", "    bool must_end = call->ended,"),
    ("what_was_to_be_written_is_written", FILES,
     "    if (wanted > HGCM_DATA_BYTES)\n", "    if (wanted)\n"),
    ("a_line_of_any_length_that_was_to_be_written_is_written_as_far_as_it_came", FILES,
     "pages_hold(buffer) ? HGCM_DIRECT_BYTES : HGCM_DATA_BYTES", "HGCM_DIRECT_BYTES"),
    ("a_file_that_is_opened_too_late_is_closed", "drivers/guest/folders/folder_calls.c",
     "    call->ended = flags & FOLDERS_LOOK ? NULL : close_unwanted;\n", "    (void)close_unwanted;\n"),
    ("a_file_is_closed_though_its_share_is_gone", "kernel/files/files.c",
     "    if (file->mounted && file->system", "    if (is_open(file) && file->system"),
    ("a_service_may_refuse", HGCM,
     "    return *(const volatile int32_t *)&call->header.header.result;",
     "    return call->header.header.request.status;"),
    ("clients_are_given_back_when_the_machine_is_left", HGCM,
     "    ((struct hgcm_disconnect *)call)->client = identifier;\n", ""),
    ("nothing_can_be_lent", HGCM,
     "    if (!bytes) {", "    if (false) {"),
    ("a_mib_is_one_call_that_nobody_copies", FILES,
     "HGCM_DIRECT_BYTES", "4096"),
    ("short_answers_are_followed_by_more_questions", FILES,
     "        done += some;\n", "        done += some;\n        break;\n"),
    ("a_file_is_not_copied_onto_itself_whatever_it_is_called", "kernel/files/file_identity.c",
     " && !file_is_alike(&before, &other);", ";"),
    ("what_was_written_to_while_it_was_copied_is_not_removed", "kernel/commands/file_contents.c",
     "    if (file_is_alike(before, &after) && ", "    if ("),
    ("a_line_is_appended_behind_what_the_host_has_added_since_the_file_was_opened", FILES,
     "FOLDERS_TO_WRITE | FOLDERS_TO_APPEND,", "FOLDERS_TO_WRITE,"),
    ("what_is_appended_is_counted_though_the_host_gives_another_offset", FILES,
     "done = is_read || appends ?", "done = is_read ?"),
    ("folders_are_made_and_removed", PATHS,
     "    int status = remove_kind(system, path, FOLDERS_IS_FOLDER);",
     "    int status = remove_kind(system, path, FOLDERS_IS_FILE);"),
    ("a_folder_that_is_not_empty_although_nothing_is_listed_says_why", PATHS,
     "        return FILE_UNLISTED;\n", "        return status;\n"),
    ("names_that_do_not_fit_are_errors_or_left_out", PATHS,
     "            listing->left_out++;\n", "            ;\n"),
    ("times_are_set_or_it_is_said_that_they_are_not", PATHS,
     "(seconds > TIME_ERROR || seconds < -TIME_ERROR) ? FILE_ACCESS_DENIED", "false ? FILE_ACCESS_DENIED"),
    ("shares_come_and_go_while_the_machine_runs", FOLDERS,
     "        look_again();\n", "        if (!version)\n            look_again();\n"),
    ("a_host_whose_clock_was_set_back_is_followed", CLOCK,
     "    bool is_far = magnitude(error) >= STEP_FROM,", "    bool is_far = error >= STEP_FROM,"),
    ("an_error_of_a_few_milliseconds_is_spread_over_time", CLOCK,
     "    STEP_FROM = SECOND / 10, ", "    STEP_FROM = 1, "),
    ("after_a_pause_the_clock_is_set", CLOCK,
     "    STEP_FROM = SECOND / 10, ", "    STEP_FROM = 2000000000, "),
    ("a_restore_at_any_moment_loses_nothing_that_was_asked", EVENTS,
     "    pending = 0;\n    cpu_interrupts_restore(flags);\n",
     "    cpu_interrupts_restore(flags);\n    wait_for(0);\n    pending = 0;\n"),
    ("a_call_that_is_answered_and_given_up_ends_once", HGCM,
     "    if (is_done(call)) /* after all", "    if (false) /* after all"),
    ("at_120_percent_it_is_learned", CLOCK,
     "    set_drift(drift);\n    if (!is_said)", "    if (!is_said)"),
    ("a_counter_that_stops_in_sleep_is_no_clock", "kernel/time/clock.c",
     "    by_pm_timer = has_pm_timer && ", "    by_pm_timer = has_pm_timer && false && "),
    ("what_the_host_asks_while_the_machine_is_paused_is_heard_of_with_the_next_beat", "drivers/guest/health/health.c",
     "        events_ask_again();\n", "        ;\n"),
    ("short_pauses_in_a_row_are_noticed", "drivers/guest/health/health.c", "wall_clock.error > -PAUSE_SHORTEST && ", ""),
    ("a_restore_is_noticed_and_all_is_asked_anew", "drivers/guest/health/session.c",
     "    events_subscribe(&restores);\n", ""),
    ("an_interrupt_before_an_answer_is_read_changes_no_answer", VMMDEV,
     "    port_write32(vmmdev.port + VMMDEV_PORT_REQUEST, (uint32_t)(uintptr_t)request);\n",
     "    static uint8_t page[4096];\n    __builtin_memcpy(page, request, size);\n"
     "    port_write32(vmmdev.port + VMMDEV_PORT_REQUEST, (uint32_t)(uintptr_t)page);\n"
     "    __builtin_memcpy(request, page, size);\n"),
    ("what_the_host_writes_is_read_though_length_and_time_are_as_before", FILES,
     "    return transfer_all(system, FOLDERS_READ, handle, offset, buffer, bytes);",
     "    static uint8_t kept[4096]; static uint64_t of; static size_t got;\n"
     "    if (handle != of) { of = handle; transfer_all(system, FOLDERS_READ, handle, offset, kept, "
     "bytes); got = *bytes; }\n    *bytes = got; __builtin_memcpy(buffer, kept, got); return 0;"),
    ("the_host_s_positions_span_all_screens", POINTER,
     "minimum((int64_t)said * pixels / INPUT_POSITION_MAX, (int64_t)pixels - 1)",
     "((int64_t)said * pixels / INPUT_POSITION_MAX)"),
    ("integration_may_be_off_from_the_start", MOUSE,
     "host_mouse_is_absolute = request.features & VMMDEV_MOUSE_HOST_ABSOLUTE;",
     "host_mouse_is_absolute = request.features & 4;"),
    ("without_integration_the_kernel_draws", MOUSE,
     "host_mouse_is_absolute = request.features & VMMDEV_MOUSE_HOST_ABSOLUTE;",
     "host_mouse_is_absolute = request.features & VMMDEV_MOUSE_GUEST_ABSOLUTE;"),
    ("while_the_host_sends_positions_it_draws", POINTER,
     "    draw(shown_by_cursor ? NULL : shape);", "    draw(shape);"),
    ("a_shape_arrives_pixel_by_pixel", "drivers/guest/mouse/host_pointer.c",
     "        request->hot_x = (uint32_t)shape->hot_x;\n", ""),
    ("a_shape_points_with_its_hot_spot", POINTER,
     "int32_t left = pointer.x - shape->hot_x", "int32_t left = pointer.x"),
    ("size_and_count_of_the_region_agree", SEAMLESS,
     "VMMDEV_SET_VISIBLE_REGION, sizeof sent.visible + bytes)", "VMMDEV_SET_VISIBLE_REGION, sizeof sent)"),
    ("a_call_goes_there_and_back", HGCM,
     "    wait_until(is_over, call, status == HGCM_ACCEPTED ? microseconds : 0);", "    return result_of(call);"),
    ("a_result_without_done_is_none", HGCM,
     "header.flags & HGCM_DONE;", "header.result != VMMDEV_NO_ANSWER;"),
    ("a_slow_reader_learns_how_it_ended", INPUT,
     "            drop_oldest();\n            input_lost++;\n",
     "            input_lost++;\n            cpu_interrupts_restore(flags);\n            return;\n"),
    ("the_screen_gets_the_size_that_the_host_wishes", HINTS,
     "        hand_over(request.hints, count);", "        (void)hand_over;"),
    ("a_wait_ends_with_the_change", "drivers/guest/services/properties.c",
     "deleted[0] == '1' && !property->value[0];", "deleted[0] == '1';"),
    ("after_a_restore_all_is_published_again", NOTES,
     "    return session.restores != restores_told;", "    return false;"),
    ("the_host_finds_what_its_tools_look_for", NOTES,
     '        { "/VirtualBox/GuestInfo/OS/Product", "Guestbook" },\n', ""),
    ("a_restored_machine_sends_its_shape_again", OWNER,
     "        host_pointer_forget();\n", "        ;\n"),
    ("after_a_restore_hints_are_looked_for", HINTS,
     "VMMDEV_EVENT_DISPLAY_CHANGE | VMMDEV_EVENT_RESTORED, NULL", "VMMDEV_EVENT_DISPLAY_CHANGE, NULL"),
    ("after_a_restore_shares_are_there_and_what_was_open_is_not", FOLDERS,
     "    folders_restores++;\n", ""),
    ("a_pause_begins_a_new_packet", PS2,
     "    if (now - last_byte > PACKET_GAP)\n        received = 0;\n", ""),
    ("bytes_without_a_beginning_are_skipped", PS2,
     "    if (received == 0 && !(byte & FIRST_ALWAYS))\n", "    if (false)\n"),
    ("a_plain_mouse_sends_three_bytes", PS2,
     "    return ps2_mouse.identity == MOUSE_WHEEL || ps2_mouse.identity == MOUSE_FIVE_BUTTONS ? 4 : 3;",
     "    return 4;"),
    ("a_button_is_not_pressed_by_integration_coming_back", MOUSE,
     "    if (all && is_new && ", "    if (all && "),
    ("each_turn_that_was_read_counts_once_whenever_the_next_event_comes", MOUSE,
     "events_overlap & VMMDEV_EVENT_MOUSE_POSITION && is_same", "false && is_same"),
    ("each_turn_that_was_read_counts_once_whenever_the_next_event_comes", MOUSE,
     " & VMMDEV_EVENT_MOUSE_POSITION && is_same(answer, &last);", " & VMMDEV_EVENT_MOUSE_POSITION;"),
    ("a_host_that_was_promised_nothing_sends_no_button_twice", MOUSE,
     "    return request.features;",
     "    host_has_buttons = request.features & VMMDEV_MOUSE_HOST_BUTTONS;\n    return request.features;"),
    ("a_turn_of_the_wheel_counts_once", MOUSE,
     "        event.wheel = clamp(request.wheel, -TURNS_MOST, TURNS_MOST);",
     "        static int32_t all_turns;\n        event.wheel = all_turns += request.wheel;"),
    ("what_is_shared_anew_under_its_old_name_is_the_new_folder", FOLDERS,
     "        if (share->system.mounted && is_gone(share))\n            drop(share);\n",
     "        (void)is_gone, (void)drop;\n"),
    ("what_does_not_fit_is_not_sent", HGCM,
     "    if (call->refused)\n        return call->refused;\n", ""),
    ("after_a_pause_the_next_beat_sets_the_clock", "drivers/guest/health/host_time.c",
     "    wall_clock_correct(milliseconds * 1000 + HALF_UNIT, middle, true);",
     "    static bool done; if (!done) wall_clock_correct(milliseconds * 1000 + HALF_UNIT, middle, true); "
     "done = true;"),
    ("a_full_medium_keeps_what_it_took_and_says_so", FILES,
     "    *bytes = done;\n    return done &&", "    return done &&"),
    ("without_vmwares_registers_the_others_do", "drivers/display/display_adapters.c",
     '|| find_svga(pci_find(0x15ad, 0x0405), "VMSVGA") ', ""),
    ("a_machine_without_device_memory_gets_along_by_port", VMMDEV,
     "    if (bar->kind != PCI_BAR_MEMORY || bar->bytes < MEMORY_LEAST_BYTES)\n        return;\n", ""),
    ("a_link_that_is_moved_to_another_share_is_the_same_link_there", "kernel/commands/file_commands.c",
     "return is_link ? copy_link(call) : file_contents_copy(call, call->path, call->other, true);",
     "return file_contents_copy(call, call->path, call->other, true);"),
]


def existing_tests():
    """The names of all tests, whatever file they are in."""
    names = set()
    for path in (ROOT / "tests").rglob("test_*.c"):
        names |= set(re.findall(r"^TEST(?:_ON)?\((\w+)", path.read_text(), re.M))
    for path in (ROOT / "tests").rglob("test_*.py"):
        names |= set(re.findall(r"^def (test_\w+)", path.read_text(), re.M))
    return names


def rows():
    """(mistake, names of tests) for each row of the page's tables."""
    for line in PAGE.read_text().split(LATER)[0].splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and not set(line) <= set("|- ") and cells[-1] != "Caught by":
            yield cells[0], re.findall(r"`(\w+)`", cells[-1])


def named_tests():
    return {name for _, names in rows() for name in names}


def test_every_mistake_has_a_test():
    assert len(list(rows())) > 40
    assert not [mistake for mistake, names in rows() if not names]


def test_every_test_on_the_page_exists():
    assert not sorted(named_tests() - existing_tests())


def test_every_mistake_that_is_made_is_on_the_page():
    assert not sorted({name for name, *_ in MADE} - named_tests())


objects = {}


def compiled(source, text=None):
    """The object file of a source, or of TEXT in its place."""
    if (source, text) not in objects:
        BUILD.mkdir(parents=True, exist_ok=True)
        made = BUILD / f"{source.replace('/', '_')}-{len(objects)}.o"
        objects[source, text] = str(made)
        if source.endswith(".asm"):
            test_host.assemble(source, made)
            return str(made)
        kind = ["-x", "c", "-", "-Wno-error"] if text else [source]
        result = subprocess.run(["gcc", *FLAGS, "-c", "-o", str(made), *kind], cwd=ROOT, input=text,
                                capture_output=True, text=True)
        assert result.returncode == 0, result.stderr
    return objects[source, text]


def holds(path, name, changed="", text=None):
    """Whether a test of a C file holds, with TEXT in the place of the source CHANGED."""
    sources = test_host.COMMON + with_parts([str(path.relative_to(ROOT))])
    made = [compiled(source, text if source == changed else None) for source in sources]
    program = BUILD / ("changed" if text else path.stem)
    if text or not program.exists():
        subprocess.run(["gcc", *FLAGS, *made, "-o", str(program)], cwd=ROOT, check=True)
    try:    # at the same addresses each time: without a sanitizer the heap may begin where a fake wants its memory
        result = subprocess.run(["setarch", "-R", program, name], capture_output=True, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return False
    assert result.returncode != 2, f"{path.name} has no test {name}"
    return result.returncode == 0


@pytest.fixture(scope="module", autouse=True)
def fresh():
    """No program of an earlier run stands for what the sources are now."""
    BUILD.mkdir(parents=True, exist_ok=True)
    for program in BUILD.iterdir():
        program.unlink()


@pytest.mark.parametrize("name, source, right, wrong", MADE,
                         ids=[f"{number}-{made[0]}" for number, made in enumerate(MADE)])
def test_the_mistake_is_caught(name, source, right, wrong):
    text = (ROOT / source).read_text()
    assert text.count(right) == 1, f"{source} has changed: write this mistake anew"
    paths = [case.values[0] for case in test_host.cases() if case.values[1] == name]
    paths = [path for path in paths if source in with_parts([str(path.relative_to(ROOT))])]
    assert paths, f"no test {name} is compiled with {source}"
    assert all(holds(path, name) for path in paths)
    assert not all(holds(path, name, source, text.replace(right, wrong)) for path in paths)
