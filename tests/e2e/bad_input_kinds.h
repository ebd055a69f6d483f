// The kinds of bad input, as data: what is done to a good request, for which RPCs it makes sense, and what must be
// answered.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>

#include "tests/e2e/good_calls.h"
#include "tests/e2e/raw_call.h"

namespace nwd::e2e {

// One kind, tried on one RPC.
struct Sweep {
  World& world;
  const Rpc& rpc;
  const GoodCall& good;
  rpc::Client& client;  // of good.who
  int tried = 0;

  Answer Try(const google::protobuf::Message& request) { return TryBytes(request.SerializeAsString()); }
  Answer TryBytes(const std::string& bytes, const std::string& practitioner = kPractitioner) {
    ++tried;
    return SendBytes(client, rpc, bytes, practitioner);
  }
  // The good request with something done to it.
  std::unique_ptr<google::protobuf::Message> With(const std::function<void(google::protobuf::Message&)>& spoil) const;
};

struct Kind {
  const char* name;
  bool (*applies)(const Rpc&);
  void (*sweep)(Sweep&);  // adds a failure where anything but the right answer comes
};
std::span<const Kind> Kinds();

bool HasEtag(const Rpc& rpc);
bool HasRequestId(const Rpc& rpc);

// Refused with this code and reason, and details that say so.
void ExpectRefused(const Answer& answer, absl::StatusCode code, const std::string& reason, const std::string& what);

void SetText(google::protobuf::Message& message, const std::string& field, const std::string& text);

}  // namespace nwd::e2e
