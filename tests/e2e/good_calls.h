// For every RPC a call that is answered OK, as data: who sends what, on objects made for that one call. What tests of
// refusals start from: they change one thing, so that thing is what was refused.
//
//   std::optional<GoodCall> call = MakeGoodCall(world, rpc);   // nothing: add a row to good_calls.cc
//
// Once a call has been made, MakeGoodCall gives another: another request, on other objects, where the RPC changes any.
// Lists have more than a page, streams an event. For one thread.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "google/protobuf/message.h"
#include "tests/e2e/every_rpc.h"
#include "tests/e2e/world.h"

namespace nwd::e2e {

struct GoodCall {
  std::string who;    // an organisation's slug, or "service/referral"
  std::string other;  // who else may send these very bytes; empty where they are good from nobody else
  std::unique_ptr<google::protobuf::Message> request;
};

std::optional<GoodCall> MakeGoodCall(World& world, const Rpc& rpc);

// An object that exists and that `who` has no tie to, by the name of the field that names it; made at the first use.
// Empty where the hub keeps nothing of that name from `who`.
std::string OthersThing(World& world, const std::string& who, const std::string& field);

}  // namespace nwd::e2e
