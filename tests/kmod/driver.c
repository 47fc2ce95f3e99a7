/* A module with drivers on every bus, in the kernel's layouts: those of Linux 6.12, or with -DOLD those of 5.15. */

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;

struct pci_device_id {
	u32 vendor, device, subvendor, subdevice, class, class_mask;
	unsigned long driver_data;
#ifndef OLD
	u32 override_only;
#endif
};

struct usb_device_id {
	u16 match_flags, idVendor, idProduct, bcdDevice_lo, bcdDevice_hi;
	u8 bDeviceClass, bDeviceSubClass, bDeviceProtocol;
	u8 bInterfaceClass, bInterfaceSubClass, bInterfaceProtocol, bInterfaceNumber;
	unsigned long driver_info __attribute__((aligned(sizeof(unsigned long))));
};

struct sdio_device_id {
	u8 class;
	u16 vendor, device;
	unsigned long driver_data;
};

struct of_device_id {
	char name[32], type[32], compatible[128];
	const void *data;
};

struct list { void *next, *prev; };
struct device_driver { const char *name; void *bus, *owner; const char *mod_name; int suppress, probe_type;
	const struct of_device_id *of_match_table; };

struct pci_driver {
#ifdef OLD
	struct list node;
#endif
	const char *name;
	const struct pci_device_id *id_table;
	int (*probe)(void *, const struct pci_device_id *);
	void (*remove)(void *);
	void *more[6];
	struct device_driver driver;
};

struct usb_driver {
	const char *name;
	int (*probe)(void *, const struct usb_device_id *);
	void (*disconnect)(void *);
	void *more[6];
#ifndef OLD
	void *shutdown;
#endif
	const struct usb_device_id *id_table;
	void *groups[8];
};

struct usb_serial_driver {
	const char *description;
	const struct usb_device_id *id_table;
	struct list drivers;
	struct device_driver driver;
};

struct sdio_driver {
	const char *name;
	const struct sdio_device_id *id_table;
	int (*probe)(void *, const struct sdio_device_id *);
	void (*remove)(void *);
	struct device_driver driver;
};

struct platform_driver {
	int (*probe)(void *);
	void *more[5];
	struct device_driver driver;
};

extern int __pci_register_driver(struct pci_driver *, void *, const char *);
extern int usb_register_driver(struct usb_driver *, void *, const char *);
extern int usb_serial_register_drivers(struct usb_serial_driver *const *, const char *, const struct usb_device_id *);
extern int sdio_register_driver(struct sdio_driver *);
extern int __platform_driver_register(struct platform_driver *, void *);
extern const struct usb_device_id *usb_match_id(void *, const struct usb_device_id *);
extern const struct chip { const char *firmware; } other_modules_chip;

static const char modinfo[] __attribute__((section(".modinfo"), used)) =
	"license=GPL\0name=example\0depends=lib-of-example,cfg80211\0vermagic=6.12.0";

/* What a table's entry leads to: a name, an object with one, an object of another module. */
static const struct own { int version; const char *firmware; const void *chip; } own_data = {
	3, "example/own_fw.bin", 0,
}, foreign_data = {
	4, 0, &other_modules_chip,
};
const struct chip exported_chip = { "example/chip-7265D" };

static const struct pci_device_id pci_ids[] = {
	{ 0x14c3, 0x7961, ~0u, ~0u, 0, 0, (unsigned long)"example/ram_7961.bin" },
	{ 0x8086, 0x095a, ~0u, 0x5010, 0, 0, (unsigned long)&own_data },
	{ 0x14c3, 0x7902, 0x1a3b, 0x5520, 0, 0, (unsigned long)&foreign_data },
	{ ~0u, 0x8139, 0x10ec, 0x8139, 0, 0, 7 },
	{ ~0u, ~0u, ~0u, ~0u, 0x020000, 0xffff00, 0 },
#ifndef OLD
	{ 0x1d0f, 0xefa0, ~0u, ~0u, 0, 0, 0, 1 },
#endif
	{ 0 },
};

static const struct usb_device_id usb_ids[] = {
	{ .match_flags = 0x03, .idVendor = 0x0bda, .idProduct = 0xc811, .driver_info = (unsigned long)&foreign_data },
	{ .match_flags = 0x383, .idVendor = 0x2c7c, .idProduct = 0x0125, .bInterfaceClass = 0xff,
	  .bInterfaceSubClass = 0xff, .bInterfaceProtocol = 0xff },
	{ .match_flags = 0x403, .idVendor = 0x2c7c, .idProduct = 0x0125, .bInterfaceNumber = 4 },
	{ .match_flags = 0x70, .bDeviceClass = 0xe0, .bDeviceSubClass = 1, .bDeviceProtocol = 1 },
	{ .match_flags = 0x0f, .idVendor = 0x0b05, .idProduct = 0x1976, .bcdDevice_lo = 0x3000, .bcdDevice_hi = 0x30ff },
	{ .driver_info = 42 },
	{ 0 },
};

static const struct usb_device_id serial_ids[] = {
	{ .match_flags = 0x03, .idVendor = 0x10c4, .idProduct = 0xea60 },
	{ 0 },
};

static const struct usb_device_id quirks[] = {
	{ .match_flags = 0x03, .idVendor = 0x8087, .idProduct = 0x0a2b, .driver_info = 0x100 },
	{ 0 },
};

static const struct sdio_device_id sdio_ids[] = {
	{ 0xff, 0x02d0, 0x4345, 0 },
	{ 7, 0xffff, 0xffff, 0 },
	{ 0 },
};

static const struct of_device_id of_ids[] = {
	{ .compatible = "example,wmac", .data = &own_data },
	{ .compatible = "example,wmac-2" },
	{ { 0 } },
};

/* Looks like a table of ids, but nothing registers it: the values of registers, as of rtw89 and ath10k. */
static const u32 values[][10] = {
	{ 0x8140, 0x8144, 0x14, 0x18, 0, 0, 0, 0, 0, 0 },
	{ 0x9000, 0x9004, 0x14, 0x18, 0, 0, 0, 0, 0, 0 },
	{ 0 },
};
struct registers { const char *name; const void *values; unsigned long count; };
struct registers registers = { "registers", values, 2 };

static int pci_probe(void *dev, const struct pci_device_id *id) { return dev == id; }
static int usb_probe(void *dev, const struct usb_device_id *id)
{
	const struct usb_device_id *match = usb_match_id(dev, quirks);
	return match ? (int)match->driver_info : (int)id->driver_info;
}
static int sdio_probe(void *dev, const struct sdio_device_id *id) { return dev == id; }
static int platform_probe(void *dev) { return !dev; }
static void gone(void *dev) { (void)dev; }

static struct pci_driver pci = { .name = "example_pci", .id_table = pci_ids, .probe = pci_probe, .remove = gone };
static struct usb_driver usb = { .name = "example_usb", .probe = usb_probe, .disconnect = gone, .id_table = usb_ids };
static struct usb_serial_driver serial = { .driver = { .name = "example_serial" }, .id_table = serial_ids };
static struct usb_serial_driver *const serials[] = { &serial, 0 };
static struct sdio_driver sdio = { .name = "example_sdio", .id_table = sdio_ids, .probe = sdio_probe };
static struct platform_driver platform = {
	.probe = platform_probe, .driver = { .name = "example_soc", .of_match_table = of_ids },
};

const char *format(int which)
{
	return which ? "iwlwifi-%s-%c0-%s%s-%c0" : "Could not load firmware example.bin: %d\n";
}

int init_module(void)
{
	return __pci_register_driver(&pci, 0, "example") + usb_register_driver(&usb, 0, "example") +
	       usb_serial_register_drivers(serials, "example_serial", serial_ids) + sdio_register_driver(&sdio) +
	       __platform_driver_register(&platform, 0);
}
