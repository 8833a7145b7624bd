// SPDX-License-Identifier: Apache-2.0
// Error kinds, their names, and how errors are made.
#include "common/core/result.hpp"

#include <errno.h>

#include <cstdio>
#include <cstdlib>
#include <system_error>

namespace liuhen::core {

std::string_view name(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::InvalidArgument:
            return "invalid_argument";
        case ErrorKind::NotFound:
            return "not_found";
        case ErrorKind::AlreadyExists:
            return "already_exists";
        case ErrorKind::Unauthenticated:
            return "unauthenticated";
        case ErrorKind::PermissionDenied:
            return "permission_denied";
        case ErrorKind::FailedPrecondition:
            return "failed_precondition";
        case ErrorKind::ResourceExhausted:
            return "resource_exhausted";
        case ErrorKind::Unavailable:
            return "unavailable";
        case ErrorKind::DeadlineExceeded:
            return "deadline_exceeded";
        case ErrorKind::DataLoss:
            return "data_loss";
        case ErrorKind::Unimplemented:
            return "unimplemented";
        case ErrorKind::Internal:
            return "internal";
    }
    return "internal";
}

Error Error::withContext(std::string_view what) const {
    return Error{kind, std::string(what) + ": " + message};
}

tl::unexpected<Error> fail(ErrorKind kind, std::string message) {
    return tl::unexpected<Error>(Error{kind, std::move(message)});
}

tl::unexpected<Error> failErrno(int errorNumber, std::string_view what) {
    ErrorKind kind = ErrorKind::Unavailable;
    switch (errorNumber) {
        case ENOENT:
            kind = ErrorKind::NotFound;
            break;
        case EEXIST:
            kind = ErrorKind::AlreadyExists;
            break;
        case EACCES:
        case EPERM:
        case EROFS:
            kind = ErrorKind::PermissionDenied;
            break;
        case ENOSPC:
        case EDQUOT:
            kind = ErrorKind::ResourceExhausted;
            break;
        case EINVAL:
        case ENAMETOOLONG:
            kind = ErrorKind::InvalidArgument;
            break;
        case EIO:
            kind = ErrorKind::DataLoss;
            break;
        default:
            break;
    }
    return fail(kind, std::string(what) + ": " + std::generic_category().message(errorNumber));
}

tl::unexpected<Error> failWith(const Error& error, std::string_view what) {
    return tl::unexpected<Error>(error.withContext(what));
}

void assertionFailed(const char* expression, const char* file, int line) {
    std::fputs("liuhen: broken invariant: ", stderr);
    std::fputs(expression, stderr);
    std::fprintf(stderr, " (%s:%d)\n", file, line);
    std::abort();
}

}  // namespace liuhen::core
