// SPDX-License-Identifier: Apache-2.0
// The codec's configuration as a sample's caps carry it.
#pragma once

#include "common/core/bytes.hpp"

#include <gst/gst.h>

namespace liuhen::capture {

/// The caps' codec_data; empty if there is none.
[[nodiscard]] core::Buffer codecData(GstSample* sample);

}  // namespace liuhen::capture
