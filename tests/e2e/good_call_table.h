// The table of good calls, in parts: one for each of our services.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <type_traits>

#include "tests/e2e/good_calls.h"

namespace nwd::e2e {

inline constexpr char kReferralService[] = "service/referral";
inline constexpr char kOutcomeService[] = "service/outcome";

using Make = std::function<GoodCall(World&, const Rpc&)>;
using Table = std::map<std::string, Make>;  // by the request's full name

// `body` is a function of the world that returns a request.
template <class Body>
void Add(Table& table, const std::string& who, const std::string& other, Body body) {
  using Request = std::invoke_result_t<Body, World&>;
  table[Request::descriptor()->full_name()] = [who, other, body](World& world, const Rpc&) {
    return GoodCall{who, other, std::make_unique<Request>(body(world))};
  };
}

void AddDirectoryCalls(Table& table);
void AddConsentCalls(Table& table);
void AddReferralCalls(Table& table);
void AddRightsCalls(Table& table);
void AddOutcomeCalls(Table& table);

}  // namespace nwd::e2e
