/* What the parts of the fake host's calls share: where a call's parameters are in a request, and who reads them. */
#pragma once
#include "tests/host/fake/hgcm.h"

enum { CALL_HEADER = 44, PARAMETER = 16 };

/* Fills call->parameters for `service`, and writes them back when it has answered. */
int32_t fake_parameters_read(struct fake_vmmdev *device, struct fake_call *call, const struct fake_service *service);
void fake_parameters_write(struct fake_vmmdev *device, const struct fake_call *call);
/* The service itself reads and writes pages that nobody copies. */
void fake_parameters_read_pages(struct fake_vmmdev *device, struct fake_call *call);
void fake_parameters_write_pages(struct fake_vmmdev *device, const struct fake_call *call);
