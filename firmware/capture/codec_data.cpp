// SPDX-License-Identifier: Apache-2.0
// The codec's configuration as a sample's caps carry it.
#include "firmware/capture/codec_data.hpp"

namespace liuhen::capture {

core::Buffer codecData(GstSample* sample) {
    GstCaps* caps = gst_sample_get_caps(sample);
    if (caps == nullptr || gst_caps_get_size(caps) == 0) {
        return {};
    }
    const GValue* value = gst_structure_get_value(gst_caps_get_structure(caps, 0), "codec_data");
    GstBuffer* buffer = value == nullptr ? nullptr : gst_value_get_buffer(value);
    GstMapInfo map;
    if (buffer == nullptr || gst_buffer_map(buffer, &map, GST_MAP_READ) == FALSE) {
        return {};
    }
    core::Buffer bytes(map.data, map.data + map.size);
    gst_buffer_unmap(buffer, &map);
    return bytes;
}

}  // namespace liuhen::capture
