// The receipt of an answer to a notice: what an organisation said it did when it was told that a basis it had read under
// had gone, or that what it had read was to be corrected, rest or be erased (UK GDPR, Article 19). It travels and is
// checked as the receipt of a decision is (envelope.h).
//
//   const std::string bytes = Write(answer);                   // the same answer gives the same bytes
//   absl::StatusOr<NoticeAnswer> told = ReadNoticeAnswer(bytes);   // INVALID_ARGUMENT where it is none
//
// It names the notice and what that rested on, and nobody: whom a notice is about its recipient learned under its own
// reference. `retained_basis` is the recipient's own words. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/receipt/receipt.h"
#include "nwd/consent/v1/record_service.pb.h"

namespace nwd::receipt {

struct NoticeAnswer {
  std::string receipt_id, notice_id;
  consent::v1::NoticeType type{};
  // What was cited when the data was read; at most one of them is given, none where the notice is of something else.
  std::string consent_id, authority_id, emergency_access_id;
  int disclosures = 0;  // to the recipient, that the notice was about
  absl::Time sent, due;
  Organisation recipient;
  consent::v1::NoticeAnswer answer{};
  std::string retained_basis;  // with RETAINED: the other lawful basis
  absl::Time time;             // of the answer, microseconds
  bool operator==(const NoticeAnswer&) const = default;
};

std::string Write(const NoticeAnswer& answer);
absl::StatusOr<NoticeAnswer> ReadNoticeAnswer(std::string_view bytes);

// What was answered, for people: some ten lines of text.
std::string Tell(const NoticeAnswer& answer);

}  // namespace nwd::receipt
