// The reasons of errors (google.rpc.ErrorInfo), by their codes: what the runtime answers with, and what several services
// do. Each service's own are in its reasons.h. What a caller does about each is in docs/integrating.md; tests/structure
// fails where that page and these headers differ. An error without a reason of its own carries its code's (status.cc).
#pragma once

namespace nwd::reasons {

// INVALID_ARGUMENT.
inline constexpr char kInvalidRequest[] = "INVALID_REQUEST";
inline constexpr char kInvalidToken[] = "INVALID_TOKEN";

// UNAUTHENTICATED.
inline constexpr char kUnknownIdentity[] = "UNKNOWN_IDENTITY";
inline constexpr char kCertificateRevoked[] = "CERTIFICATE_REVOKED";

// PERMISSION_DENIED.
inline constexpr char kDenied[] = "DENIED";
inline constexpr char kOrganisationNotActive[] = "ORGANISATION_NOT_ACTIVE";

// NOT_FOUND.
inline constexpr char kUnknownService[] = "UNKNOWN_SERVICE";

// ALREADY_EXISTS.
inline constexpr char kRequestIdReused[] = "REQUEST_ID_REUSED";

// FAILED_PRECONDITION.
inline constexpr char kWrongState[] = "WRONG_STATE";
inline constexpr char kBackupFailed[] = "BACKUP_FAILED";
inline constexpr char kKeyFileUnusable[] = "KEY_FILE_UNUSABLE";

// ABORTED.
inline constexpr char kStaleEtag[] = "STALE_ETAG";

// OUT_OF_RANGE.
inline constexpr char kCursorOutOfRange[] = "CURSOR_OUT_OF_RANGE";

// RESOURCE_EXHAUSTED.
inline constexpr char kOverloaded[] = "OVERLOADED";

// UNAVAILABLE.
inline constexpr char kGoingDown[] = "GOING_DOWN";
inline constexpr char kDirectoryUnreachable[] = "DIRECTORY_UNREACHABLE";

}  // namespace nwd::reasons
