// Made-up services for tests and measurements of search: spread over London as densely in the middle as real ones, with
// words, categories and providers as unevenly used as in real feeds. The same seed gives the same services.
#pragma once

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "services/directory/storage.pb.h"

namespace nwd::directory {

inline constexpr int kSyntheticCategories = 40;

class SyntheticCatalogue {
 public:
  explicit SyntheticCatalogue(uint32_t seed) : random_(seed) {}

  // The n-th service as an import stages it.
  storage::StagedService Staged(int n) {
    storage::StagedService staged;
    v1::Service& service = *staged.mutable_service();
    service.set_external_id(Id(n));
    service.set_name(Words(4));
    service.set_description(Words(25));
    service.set_active(n % 50 != 0);
    const int provider = Skewed(3'000);
    staged.set_provider_external_id(absl::StrFormat("provider-%d", provider));
    service.set_provider_name(absl::StrFormat("%s %d", Word(provider), provider));
    for (int i = 0; i < 2; ++i) {
      const int number = Skewed(kSyntheticCategories);
      service.add_categories()->set_code(absl::StrFormat("C%02d", number));
      service.mutable_categories(i)->set_name(Word(number + 500));
    }
    for (int i = 0; i < (n % 10 == 0 ? 3 : 1); ++i) {
      v1::Place& place = *service.add_places();
      place.set_latitude(51.5 + spread_(random_) * 0.08);
      place.set_longitude(-0.12 + spread_(random_) * 0.13);
    }
    service.add_boroughs(absl::StrFormat("E090000%02d", 1 + n % 33));
    if (n % 3 == 0) service.set_minimum_age(n % 30);
    if (n % 4 == 0) service.set_maximum_age(30 + n % 60);
    return staged;
  }
  // The same as a row of the catalogue.
  storage::ServiceRow Row(int n, const std::string& feed_id) {
    storage::StagedService staged = Staged(n);
    storage::ServiceRow row;
    *row.mutable_service() = staged.service();
    row.mutable_service()->set_service_id(Id(n));
    row.mutable_service()->set_feed_id(feed_id);
    row.set_provider_external_id(staged.provider_external_id());
    row.set_revision(1);
    return row;
  }
  static std::string Id(int n) {
    const uint64_t mixed = static_cast<uint64_t>(n) * 0x9e3779b97f4a7c15u;  // in no order
    return absl::StrFormat("%08x-0000-4000-8000-%012d", static_cast<uint32_t>(mixed >> 32), n);
  }
  static std::string Word(int n) {
    static constexpr const char* kParts[] = {"ba", "co", "de", "fi", "ga", "hu", "jo", "ka", "le", "mo",
                                             "ne", "pi", "ro", "su", "ta", "vi", "wa", "yo", "ze", "lu"};
    std::string word;
    for (int rest = n + 1; rest > 0; rest /= 20) word += kParts[rest % 20];
    return word + "n";
  }
  std::string Words(int count) {
    std::string words;
    for (int i = 0; i < count; ++i) words += (i == 0 ? "" : " ") + Word(Skewed(8'000));
    return words;
  }
  // Small numbers far more often than great ones.
  int Skewed(int below) {
    const double unit = std::uniform_real_distribution<double>(0, 1)(random_);
    return static_cast<int>(std::pow(unit, 3) * below);
  }
  std::mt19937& random() { return random_; }

 private:
  std::mt19937 random_;
  std::normal_distribution<double> spread_;
};

}  // namespace nwd::directory
