// Whether the page token or the cursor of a request looks like one of ours at all. Where it is one is for the handler to
// say (common/tokens), which alone has the keys; a caller who has other fields to mend should hear of the token with
// them.
#pragma once

#include "absl/status/status.h"
#include "google/protobuf/message.h"

namespace nwd::rpc {

// INVALID_ARGUMENT naming `page_token` or `cursor` where it is there and has not the form of a token; OK where it has,
// where it is empty, and where the request has neither. Thread-safe.
absl::Status CheckTokenForm(const google::protobuf::Message& request);

}  // namespace nwd::rpc
