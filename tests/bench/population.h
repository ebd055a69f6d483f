// The people of a hub: registered by the job centre, three consents each, and known to the college too.
//
//   1  standing, EMPLOYMENT_SUPPORT, identity, circumstances and skills, to the college: what is checked and read
//   2  resting on a referral, REFERRAL, identity, contact and circumstances, to the college: what is referred on
//   3  standing, FOLLOW_UP, contact, to the college
#pragma once

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/bench/fixture.h"
#include "tests/bench/person.h"

namespace nwd::bench {

class Population {
 public:
  // Those whom an earlier run left in the hub's folder, where they are as many; else registered by nwd-bench-register
  // while the consent service stands still. Ends once the other services have followed.
  static absl::StatusOr<std::unique_ptr<Population>> Of(Fixture& hub, int people);

  size_t size() const { return people_.size(); }
  const Person& operator[](size_t i) const { return people_[i]; }
  // One of them, spread evenly and the same for the same turn.
  const Person& Any(uint64_t turn) const;
  // One of those who have a record: identity, circumstances and skills.
  absl::StatusOr<size_t> PutRecords(Fixture& hub);
  const Person& AnyWithRecord(uint64_t turn) const;

 private:
  // False where the file does not hold so many.
  bool Read(const std::string& file, size_t people);

  std::vector<Person> people_;
  size_t with_record_ = 0;
};

}  // namespace nwd::bench
