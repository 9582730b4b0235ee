/* Chapter 12: how does a guest introduce itself to its host?
 *
 * VirtualBox plugs a PCI device into every machine. The guest writes the physical
 * address of a packet to its port; when the OUT instruction is done, the host's answer
 * stands in the same memory. From here on the host knows who we are, and shows it. */
#include "drivers/guest/vmmdev.h"
#include "kernel/core/log.h"
#include "kernel/core/port.h"
#include "kernel/core/print.h"
#include "kernel/faults/panic.h"
#include "kernel/memory/page_tables.h"
#include "lib/format.h"

struct vmmdev vmmdev;

enum {
    PORTS = VMMDEV_PORT_EVENTS + 4,
    LOGGED_TYPES = 256, /* request types are smaller */
    MEMORY_VERSION = 1,
    MEMORY_LEAST_BYTES = 32,
};

static bool failure_logged[LOGGED_TYPES];

static void log_failure(uint32_t type, int32_t status)
{
    if (type >= LOGGED_TYPES || failure_logged[type])
        return;
    failure_logged[type] = true;
    const char *what = status == VMMDEV_NO_ANSWER ? "no answer" : "refused";
    print("    VMMDev: request %u: %s, status %d\n", type, what, status);
}

int32_t vmmdev_ask(struct vmmdev_request *request, enum vmmdev_request_type type, size_t size)
{
    check((uint64_t)(uintptr_t)request + size, <=, 1ull << 32);
    request->size = (uint32_t)size;
    request->version = VMMDEV_REQUEST_VERSION;
    request->type = type;
    request->status = VMMDEV_NO_ANSWER;
    request->reserved = 0;
    request->requestor = VMMDEV_REQUESTOR_KERNEL;
    port_write32(vmmdev.port + VMMDEV_PORT_REQUEST, (uint32_t)(uintptr_t)request);
    return *(volatile int32_t *)&request->status;
}

int32_t vmmdev_send(struct vmmdev_request *request, enum vmmdev_request_type type, size_t size)
{
    int32_t status = vmmdev_ask(request, type, size);
    if (status < 0)
        log_failure(type, status);
    return status;
}

static uint32_t acknowledge_slowly(void)
{
    static struct vmmdev_events request;
    if (vmmdev_send(&request.header, VMMDEV_ACKNOWLEDGE_EVENTS, sizeof request) < 0)
        return 0;
    return *(volatile uint32_t *)&request.events & VMMDEV_EVENTS_KNOWN;
}

uint32_t vmmdev_acknowledge(void)
{
    if (!vmmdev.fast_acknowledge)
        return acknowledge_slowly();
    uint32_t events = port_read32(vmmdev.port + VMMDEV_PORT_EVENTS);
    if (events != VMMDEV_NO_EVENT_PORT)
        return events & VMMDEV_EVENTS_KNOWN;
    vmmdev.fast_acknowledge = false;
    return acknowledge_slowly();
}

static bool ask_host_version(void)
{
    static struct vmmdev_host_version request;
    if (vmmdev_send(&request.header, VMMDEV_GET_HOST_VERSION, sizeof request) < 0)
        return false;
    vmmdev.host_major = request.major;
    vmmdev.host_minor = request.minor;
    vmmdev.host_build = request.build;
    vmmdev.host_revision = request.revision;
    vmmdev.host_features = request.features;
    vmmdev.fast_acknowledge = request.features & VMMDEV_HOST_FAST_ACKNOWLEDGE;
    return true;
}

/* The name must begin with the very version that the numbers say; we use the host's
 * own, which no front end finds too old. */
static void report_name(void)
{
    static struct vmmdev_guest_info2 request;
    request.major = vmmdev.host_major;
    request.minor = vmmdev.host_minor;
    request.build = vmmdev.host_build;
    request.revision = vmmdev.host_revision;
    request.features = VMMDEV_GUEST_FILLS_REQUESTOR;
    format(request.name, sizeof request.name, "%u.%u.%u_Guestbook", request.major, request.minor, request.build);
    vmmdev_send(&request.header, VMMDEV_REPORT_GUEST_INFO2, sizeof request);
}

/* The request that unlocks all others. */
static bool report_interface(void)
{
    static struct vmmdev_guest_info request;
    request.interface_version = VMMDEV_INTERFACE_VERSION;
    request.operating_system = VMMDEV_OS_UNKNOWN_X64;
    return vmmdev_send(&request.header, VMMDEV_REPORT_GUEST_INFO, sizeof request) >= 0;
}

/* Whatever an earlier kernel left: an event that stays pending would silence the line,
 * and no capability holds before a chapter claims it. */
static void forget_the_past(void)
{
    vmmdev_acknowledge();
    static struct vmmdev_masks capabilities = { .clear = 0xffffffff };
    vmmdev_send(&capabilities.header, VMMDEV_SET_CAPABILITIES, sizeof capabilities);
}

static void report_active(void)
{
    static struct vmmdev_guest_status request;
    request.facility = VMMDEV_FACILITY_DRIVER;
    request.status = VMMDEV_FACILITY_ACTIVE;
    vmmdev_send(&request.header, VMMDEV_REPORT_STATUS, sizeof request);
}

/* Silent in a panic: chapter 3 speaks to this port itself then. */
static struct log_output host_log = { host_log_write, NULL, NULL };

static void map_memory(const struct pci_bar *bar)
{
    if (bar->kind != PCI_BAR_MEMORY || bar->bytes < MEMORY_LEAST_BYTES)
        return;
    const volatile struct vmmdev_memory *memory = map_device(bar->address, MEMORY_LEAST_BYTES, CACHE_OFF);
    if (!memory)
        return;
    if (memory->version == MEMORY_VERSION && memory->size >= MEMORY_LEAST_BYTES && memory->size <= bar->bytes)
        vmmdev.memory = memory;
    else
        print("    VMMDev: memory of version %u, %u bytes; not used\n", memory->version, memory->size);
}

static bool are_ports(const struct pci_bar *bar)
{
    return bar->kind == PCI_BAR_PORTS && bar->bytes >= PORTS && bar->address <= 0x10000 - PORTS;
}

static bool find_device(void)
{
    vmmdev.pci = pci_find(VMMDEV_PCI_VENDOR, VMMDEV_PCI_DEVICE);
    if (!vmmdev.pci || !are_ports(&vmmdev.pci->bars[0]))
        return false;
    pci_enable(vmmdev.pci, PCI_COMMAND_PORTS | PCI_COMMAND_MEMORY);
    vmmdev.port = (uint16_t)vmmdev.pci->bars[0].address;
    map_memory(&vmmdev.pci->bars[1]);
    return true;
}

const char *vmmdev_start(void)
{
    static char found[96];
    if (!find_device())
        return "no VMMDev here (not VirtualBox?): no guest additions, PS/2 alone";
    if (!ask_host_version())
        return "VMMDev does not answer: no guest additions, PS/2 alone";
    report_name();
    if (!report_interface())
        return "the host refuses this guest: no guest additions, PS/2 alone";
    vmmdev.present = true;
    forget_the_past();
    report_active();
    log_join(&host_log);
    return format(found, sizeof found, "VirtualBox %u.%u.%u r%u", vmmdev.host_major, vmmdev.host_minor,
                  vmmdev.host_build, vmmdev.host_revision);
}
