// What the transport says about a call: names and serial of the certificate, metadata, deadline. Nothing is judged
// here; what is missing or does not parse is left empty, and the chain refuses it.
#pragma once

#include <grpcpp/grpcpp.h>

#include "common/rpc/call_chain.h"

namespace nwd::rpc {

// `context` is that of a call that has been accepted. Certificates are parsed once and kept by their bytes, per thread
// and bounded: parsing costs more than a call. From any thread.
PeerFacts FactsOf(const grpc::ServerContextBase& context);

}  // namespace nwd::rpc
