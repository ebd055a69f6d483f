// The people of a hub: registered by the job centre, three consents each, and known to the college too.
//
//   1  standing, EMPLOYMENT_SUPPORT, identity, circumstances and skills, to the college: what is checked and read
//   2  resting on a referral, REFERRAL, identity, contact and circumstances, to the college: what is referred on
//   3  standing, FOLLOW_UP, contact, to the college
#pragma once

#include <array>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/bench/fixture.h"

namespace nwd::bench {

inline constexpr char kPractitioner[] = "bench-1";

// A text of known length, kept in place: there may be a million people.
template <size_t kLength>
class Text {
 public:
  void operator=(std::string_view text) { std::memcpy(text_.data(), text.data(), std::min(text.size(), kLength)); }
  operator std::string() const { return std::string(text_.data(), kLength); }

 private:
  std::array<char, kLength> text_;
};
using PersonRef = Text<29>;
using Id = Text<36>;

struct Person {
  PersonRef jobcentre_ref;
  PersonRef college_ref;
  Id support_consent_id;
  Id referral_consent_id;
  Id follow_up_consent_id;
};

class Population {
 public:
  static absl::StatusOr<std::unique_ptr<Population>> Register(Fixture& hub, int people);

  size_t size() const { return people_.size(); }
  const Person& operator[](size_t i) const { return people_[i]; }
  // One of them, spread evenly and the same for the same turn.
  const Person& Any(uint64_t turn) const;
  // One of those who have a record: identity, circumstances and skills.
  absl::StatusOr<size_t> PutRecords(Fixture& hub);
  const Person& AnyWithRecord(uint64_t turn) const;

 private:
  std::vector<Person> people_;
  size_t with_record_ = 0;
};

}  // namespace nwd::bench
