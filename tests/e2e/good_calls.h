// For every RPC a call that is answered OK, as data: who sends what, on objects made for that one call. What tests of
// refusals start from: they change one thing, so that thing is what was refused.
//
//   std::optional<GoodCall> call = MakeGoodCall(world, rpc);   // nothing: add a row to good_<service>_calls.cc
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

}  // namespace nwd::e2e
