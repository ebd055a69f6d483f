// What the transport says about a call: identity of the certificate, metadata, deadline.
#pragma once

#include <grpcpp/grpcpp.h>

#include "common/rpc/call_chain.h"

namespace nwd::rpc {

// Certificates are parsed once and kept by their bytes, per thread and bounded: parsing costs more than a call.
PeerFacts FactsOf(const grpc::ServerContext& context);

}  // namespace nwd::rpc
