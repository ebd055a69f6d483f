// The directory's limits, all in one place.
#pragma once

#include <cstddef>
#include <cstdint>

#include "absl/time/time.h"

namespace nwd::directory {

// What a service keeps of a feed's text; longer text is cut and listed.
inline constexpr size_t kNameBytesMax = 300;
inline constexpr size_t kDescriptionBytesMax = 16'000;
inline constexpr size_t kAddressBytesMax = 500;
inline constexpr size_t kUrlBytesMax = 1'000;
inline constexpr size_t kExternalIdBytesMax = 200;
inline constexpr int kPlacesMax = 100;
inline constexpr int kCategoriesMax = 100;
inline constexpr int kContactsMax = 20;
inline constexpr int kAgeMax = 120;

// Problems of one page that are answered; the rest are counted.
inline constexpr int kProblemsListedMax = 200;
// What one import may hold until it is committed.
inline constexpr int64_t kImportServicesMax = 500'000;
inline constexpr int64_t kImportBytesMax = int64_t{1} << 30;
inline constexpr absl::Duration kImportIdleMax = absl::Hours(24);
// Full imports in a row a service may be absent from before it becomes inactive.
inline constexpr int kMissingMax = 3;

// One transaction of a mass write: enough to be cheap a service, small enough that others' writes pass between.
inline constexpr size_t kBatchBytes = 1 << 20;
inline constexpr size_t kBatchServices = 2'000;

// Pages read and imports computed at the same time, and waiting to be.
inline constexpr int kPoolThreads = 2;
inline constexpr int kPoolWaitingMax = 64;

inline constexpr int kRevokedSerialsMax = 1'000;

// Agreements.
inline constexpr absl::Duration kAgreementValidityMax = absl::Hours(24 * 366 * 10);
inline constexpr size_t kSha256TextSize = 64;  // SHA-256 in hexadecimal digits
// Looked at by one page of the list, the last row apart: one of 1,000 parties has some 40 kB.
inline constexpr size_t kAgreementsPageBytesMax = 1 << 20;

}  // namespace nwd::directory
