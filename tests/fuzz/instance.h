/* For those who call exports by name. */
#pragma once
#include "core.h"
#include "device.h" /* generated */
Z_device_instance_t *core_instance(void);
