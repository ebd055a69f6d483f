#include "services/consent/likely_person.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "common/base/check.h"
#include "services/consent/joins.h"
#include "services/consent/limits.h"
#include "services/consent/match_rows.h"
#include "services/consent/person_rows.h"
#include "services/consent/person_seal.h"

namespace nwd::consent {
namespace {

struct Candidate {
  ids::Uuid person_id;
  storage::Person person;
  person_keys::PersonKey key;
};

absl::StatusOr<std::vector<Candidate>> Gather(const store::Reader& reader, const HashedDetails& hashed) {
  // Whom they certainly are needs no confirming. Where that is nobody it costs the same.
  NWD_ASSIGN_OR_RETURN(const std::optional<ids::Uuid> certain, people::FindCertain(reader, hashed));
  NWD_ASSIGN_OR_RETURN(const std::vector<ids::Uuid> they, joins::FamilyOf(reader, certain.value_or(ids::Uuid())));
  NWD_ASSIGN_OR_RETURN(const std::vector<ids::Uuid> found, matches::Candidates(reader, hashed));
  std::vector<Candidate> candidates;
  for (const ids::Uuid& person_id : found) {
    if (std::find(they.begin(), they.end(), person_id) != they.end()) continue;
    NWD_ASSIGN_OR_RETURN(std::optional<storage::Person> person, people::Find(reader, person_id));
    if (person.has_value()) candidates.push_back({person_id, *std::move(person), nullptr});
  }
  return candidates;
}

std::string FieldOf(IdentifierKind kind) {
  switch (kind) {
    case IdentifierKind::kNino:
      return "nino";
    case IdentifierKind::kNhsNumber:
      return "nhs_number";
    case IdentifierKind::kUln:
      return "uln";
  }
  NWD_CHECK(false);
}

// Whether there is an identifier to ask for: one of theirs, of a kind that was not given.
bool HasAnotherKind(const storage::Person& person, const HashedDetails& hashed) {
  return std::any_of(person.identifiers().begin(), person.identifiers().end(), [&](const std::string& theirs) {
    return std::none_of(hashed.identifiers.begin(), hashed.identifiers.end(),
                        [&](const HashedIdentifier& said) { return theirs.front() == static_cast<char>(said.kind); });
  });
}

// Whether, of what a certain match asks beside an identifier, one thing at most lacks: the person can be asked for it.
bool LacksOneThing(const Comparable& described, const Comparable& kept) {
  return described.born == kept.born || SameWords(described, kept);
}

std::vector<std::string> AgreedFields(const Agreement& agreement, const storage::Person& person,
                                      const HashedDetails& hashed) {
  std::vector<std::string> agreed;
  if (agreement.name == NameAgreement::kSame) agreed.push_back("full_name");
  if (agreement.birth == BirthAgreement::kSame) agreed.push_back("date_of_birth");
  if (agreement.place == PlaceAgreement::kSame) agreed.push_back("postcode");
  for (const HashedIdentifier& identifier : hashed.identifiers) {
    HashedDetails alone;
    alone.identifiers = {identifier};
    if (people::CompareIdentifiers(person, alone) == IdentifierAgreement::kSame) {
      agreed.push_back(FieldOf(identifier.kind));
    }
  }
  return agreed;
}

absl::StatusOr<std::optional<LikelyPerson>> Likeliest(const std::vector<Candidate>& candidates,
                                                      const Comparable& described, const HashedDetails& hashed) {
  std::optional<LikelyPerson> likeliest;
  for (const Candidate& candidate : candidates) {
    if (candidate.key == nullptr) continue;  // being erased: soon they are nobody
    const bool has_another = HasAnotherKind(candidate.person, hashed);
    const IdentifierAgreement identifier = people::CompareIdentifiers(candidate.person, hashed);
    if (!has_another && identifier != IdentifierAgreement::kSame) continue;  // nothing could confirm it
    NWD_ASSIGN_OR_RETURN(const storage::PersonDetails kept,
                         OpenDetails(*candidate.key, candidate.person_id, candidate.person.sealed_details()));
    const Comparable other = Comparable::Of(kept.full_name(), kept.date_of_birth(), kept.postcode());
    const Agreement agreement = Compare(described, other, identifier);
    if (!IsPossible(agreement) || (!has_another && !LacksOneThing(described, other))) continue;
    if (likeliest.has_value() && BitsOf(agreement) <= BitsOf(likeliest->agreement)) continue;
    likeliest = LikelyPerson{candidate.person_id, agreement, AgreedFields(agreement, candidate.person, hashed)};
  }
  return likeliest;
}

}  // namespace

async::Task<absl::StatusOr<std::optional<LikelyPerson>>> FindLikely(const Parts& parts, const CheckedDetails& details,
                                                                    const HashedDetails& hashed) {
  auto look = [&](const store::Reader& reader) { return Gather(reader, hashed); };
  NWD_CO_ASSIGN_OR_RETURN(std::vector<Candidate> candidates, co_await parts.store.View(look));
  for (Candidate& candidate : candidates) {
    NWD_CO_ASSIGN_OR_RETURN(candidate.key, co_await KeyOrNull(parts, candidate.person_id));
  }
  auto compare = [&] { return Likeliest(candidates, details.comparable, hashed); };
  absl::StatusOr<std::optional<LikelyPerson>> likeliest = std::nullopt;
  if (candidates.size() <= kComparedInPlaceMax) {
    likeliest = compare();
  } else {
    likeliest = co_await parts.workers.Run(compare);
  }
  if (!likeliest.ok()) co_return Corrupt(parts, "a person's details", likeliest.status());
  co_return likeliest;
}

}  // namespace nwd::consent
