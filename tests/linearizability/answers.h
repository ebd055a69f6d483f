// How what the service answers is understood. Pure functions.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "nwd/consent/v1/consent_service.pb.h"
#include "tests/linearizability/history.h"

namespace nwd::linearizability {

// What a status says of whether it happened. Whatever has no meaning here is a surprise.
enum class Said { kYes, kNo, kUnknown, kSurprise };
Said Meaning(Act act, const absl::Status& status);

// What a look at a consent that is seen so says, and of which revision.
void Say(const consent::v1::Consent& seen, Operation& operation);

// The consent's revision, which its etag names; 0 where it is no etag.
int64_t RevisionOf(const std::string& etag);
std::string EtagOf(int64_t revision);

}  // namespace nwd::linearizability
