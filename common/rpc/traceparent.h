// W3C trace context, version 00: "00-<trace id, 32 hex>-<parent's span id, 16 hex>-<flags, 2 hex>".
#pragma once

#include <string>
#include <string_view>

namespace nwd::rpc {

// The trace id of a header that is well-formed (lower-case hexadecimal, neither id all zeros); empty for any other.
std::string TraceIdIn(std::string_view traceparent);

// A trace id nobody else has.
std::string NewTraceId();

// The header of a call that goes out under this trace, as a span of its own.
std::string TraceparentOf(std::string_view trace_id);

}  // namespace nwd::rpc
