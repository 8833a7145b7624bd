// SPDX-License-Identifier: Apache-2.0
// The table of refusals.
#include "dock/web/api/problem.hpp"

#include "common/core/log.hpp"

#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace liuhen::web {

namespace {

struct Row {
    Problem problem;
    unsigned status;
    const char* code;
    const char* action;
    const char* zh;
    const char* en;
};

// One row a problem, in the order of the enumeration. {} is the wait in seconds.
constexpr std::array kRows = {
    // clang-format off
    Row{Problem::MalformedBody, 400, "malformed_body", "reload", "请求内容不是有效的数据，请刷新页面后重试。", "The request is malformed; reload the page and try again."},
    Row{Problem::TooLarge, 413, "too_large", "correct", "提交的内容超过 64 KB，请减少内容后重试。", "The request is larger than 64 KB; shorten it and try again."},
    Row{Problem::WrongField, 422, "wrong_field", "correct", "填写的内容不符合要求，请按提示更正后再提交。", "A value is not allowed; correct it and send it again."},
    Row{Problem::NotLoggedIn, 401, "not_logged_in", "log_in", "您尚未登录或登录已过期，请重新登录。", "You are not logged in, or the session has ended; log in again."},
    Row{Problem::MustEnrol, 403, "must_enrol", "enrol", "首次登录须先设置密码和动态口令，请先完成设置。", "Set password and one-time code first."},
    Row{Problem::Forbidden, 403, "forbidden", "ask_secadmin", "您的角色无权进行此操作，如工作需要请联系安全管理员。", "Your roles do not allow this; ask the security administrator."},
    Row{Problem::WrongCsrf, 403, "wrong_csrf", "reload", "页面已失效，请刷新页面后重试。", "The page is out of date; reload it and try again."},
    Row{Problem::ForeignOrigin, 403, "foreign_origin", "reload", "请求不是从采集站页面发出的，已被拒绝，请从采集站页面操作。", "The request does not come from the dock's page; use that."},
    Row{Problem::NoSuchPath, 404, "no_such_path", "back", "没有这个地址，请返回首页。", "There is no such address; go back to the first page."},
    Row{Problem::NotFound, 404, "not_found", "back", "没有找到这条记录，或者您无权查看，请返回列表。", "There is no such thing, or not for you; go back to the list."},
    Row{Problem::WrongMethod, 405, "wrong_method", "back", "此地址不支持该操作，请返回首页。", "This address does not take that method; go back."},
    Row{Problem::WrongLogIn, 401, "wrong_login", "correct", "工号、密码或动态口令不正确，请核对后重试。", "Work number, password or one-time code is wrong; check them and try again."},
    Row{Problem::FirstExpired, 401, "first_expired", "ask_sysadmin", "初始密码已超过三天，不能再用，请联系系统管理员重新发放。", "The first password is older than three days; ask the system administrator for another."},
    Row{Problem::NotTerminal, 401, "not_terminal", "correct", "此终端尚未启用，或已被停用，请输入在采集站控制台生成的启用码。", "This terminal was not opened, or was ended; enter a one-time code made on the dock's console."},
    Row{Problem::WrongCode, 401, "wrong_code", "correct", "启用码不正确、已经用过或超过 15 分钟，请核对；仍不能启用的，请在采集站控制台重新生成。", "The one-time code is wrong, used, or older than 15 minutes; check it, or make another on the dock's console."},
    Row{Problem::TooMany, 429, "too_many", "wait", "失败次数过多，请在 {} 秒后重试。", "Too many failures; try again in {} s."},
    Row{Problem::PasswordRule, 422, "password_rule", "correct", "新密码至少 12 个字符、至少含 5 个不同字符，且不得包含工号，请更换后重试。", "A password has at least 12 characters, 5 different ones, and not the work number; choose another."},
    Row{Problem::SamePassword, 422, "same_password", "correct", "新密码不得与原密码相同，请更换后重试。", "The new password is the old one; choose another."},
    Row{Problem::WrongPassword, 403, "wrong_password", "correct", "原密码不正确，请核对后重试。", "The present password is wrong; check it and try again."},
    Row{Problem::WrongTotp, 403, "wrong_totp", "correct", "动态口令不正确或已经用过，请等待下一个口令后重试。", "The one-time code is wrong or was used; wait for the next one."},
    Row{Problem::TotpNotBegun, 409, "totp_not_begun", "reload", "动态口令尚未生成或已经失效，请重新开始设置。", "No one-time secret waits to be confirmed; begin again."},
    Row{Problem::WorkNumberTaken, 409, "work_number_taken", "correct", "该工号已有账号（含已注销的账号），请核对工号。", "An account, perhaps a closed one, has this work number; check it."},
    Row{Problem::AccountClosed, 409, "account_closed", "back", "该账号已注销，不能再更改，请返回列表。", "The account is closed and stays as it is; go back to the list."},
    Row{Problem::OwnRoles, 409, "own_roles", "back", "不能更改本人的角色，请由另一名安全管理员办理。", "Nobody changes their own roles; another security administrator must."},
    Row{Problem::OwnAccount, 409, "own_account", "back", "不能注销或重置本人的账号，请由另一名系统管理员办理。", "Nobody closes or resets their own account; another system administrator must."},
    Row{Problem::AdministratorAlone, 409, "administrator_alone", "correct", "系统、安全、审计管理员不得兼任其他角色，请只选一项。", "An administrator has no other role; choose one."},
    Row{Problem::OtherAdministrator, 409, "other_administrator", "correct", "此人曾任另一类管理员，不得再任，请另行指定人员。", "This person was another administrator before; choose somebody else."},
    Row{Problem::LastAdministrator, 409, "last_administrator", "back", "这是最后一名此类管理员，请先指定接任者。", "Nobody else has this administrator's role; give it to a successor first."},
    Row{Problem::ConsoleOnly, 409, "console_only", "back", "管理员账号须在采集站控制台重置，请联系采集站维护人员。", "Administrators' accounts are reset on the dock's console."},
    Row{Problem::TooManyStreams, 409, "too_many_streams", "retry", "打开的页面过多，请关闭其他页面后重试。", "Too many pages are open; close some and try again."},
    Row{Problem::DecidedBefore, 409, "decided_before", "reload", "该申请已有审批结果，不能再次审批，请刷新页面查看。", "The request is decided already; reload the page to see how."},
    Row{Problem::SelfApproval, 403, "self_approval", "back", "不得审批本人提出的申请，请由其他负责人审批。", "Nobody decides what they asked for; somebody else must."},
    Row{Problem::NoKey, 403, "no_key", "ask_secadmin", "没有为您登记可审批此类申请的密钥，请联系安全管理员办理登记。", "No key of yours is appointed for this kind of request; ask the security administrator."},
    Row{Problem::ForeignKey, 403, "foreign_key", "retry", "签名所用的密钥不是为您本人登记的，请换用本人的密钥重试。", "The key that signed is not appointed for you; use your own."},
    Row{Problem::WrongSignature, 403, "wrong_signature", "retry", "签名未通过核验，审批没有生效，请用本人登记的密钥重新签名。", "The signature does not hold and nothing was decided; sign again with your own key."},
    Row{Problem::KeyDismissed, 403, "key_dismissed", "ask_secadmin", "您的审批资格已被撤销，请联系安全管理员。", "Your appointment has been ended; ask the security administrator."},
    Row{Problem::KeyNotYet, 403, "key_not_yet", "ask_secadmin", "您的审批资格尚未生效，请联系安全管理员。", "Your appointment has not begun; ask the security administrator."},
    Row{Problem::KeyExpired, 403, "key_expired", "ask_secadmin", "您的审批资格已到期，请联系安全管理员续办。", "Your appointment has run out; ask the security administrator."},
    Row{Problem::OtherRequest, 409, "other_request", "reload", "签署的内容与该申请不符，审批没有生效，请刷新页面后重新审批。", "What was signed is not for this request, and nothing was decided; reload and sign again."},
    Row{Problem::SignedBefore, 409, "signed_before", "reload", "该签名或密钥计数已经用过，审批没有生效，请刷新页面后重新签名。", "This signature was used before and nothing was decided; reload and sign again."},
    Row{Problem::SignedFirst, 409, "signed_first", "back", "您已经签名，须由另一人再签名后才生效，请返回等待。", "You have signed; another must sign before it takes effect."},
    Row{Problem::SignedOtherwise, 409, "signed_otherwise", "reload", "已有人按其他期限、次数或方式签名，请刷新页面核对后再签名。", "Somebody has signed other bounds, or in another manner; reload, read, and sign those."},
    Row{Problem::NotEmergency, 409, "not_emergency", "reload", "该申请不是已批准的紧急调阅，无须审查，请刷新页面查看。", "No view was granted in a hurry here, so there is nothing to review; reload the page to see how the request stands."},
    Row{Problem::OwnReview, 403, "own_review", "back", "不得审查本人申请或本人批准的紧急调阅，请由其他机关负责人或法制监督员审查。", "Nobody reviews an emergency view that they asked for or approved; another head or a supervisor must."},
    Row{Problem::NoGrant, 403, "no_grant", "back", "没有有效的批准，不能调阅，请先提出申请。", "Nothing was granted; ask, and have it approved."},
    Row{Problem::GrantOfOther, 403, "grant_of_other", "back", "该批准不是给您本人的，请用本人的申请调阅。", "The grant is somebody else's; ask for one of your own."},
    Row{Problem::GrantForOther, 403, "grant_for_other", "back", "该批准不是用于调阅的，请另行提出调阅申请。", "The grant is for another purpose; ask for a view."},
    Row{Problem::GrantNotYet, 403, "grant_not_yet", "back", "批准的调阅时间还没有到，请到时再调阅。", "The time of the grant has not come; come back then."},
    Row{Problem::GrantExpired, 403, "grant_expired", "back", "批准的调阅时间已过，请重新申请。", "The time of the grant is over; ask anew."},
    Row{Problem::GrantEnded, 403, "grant_ended", "back", "该批准已被收回或交还，请重新申请。", "The grant was ended; ask anew."},
    Row{Problem::GrantDismissed, 403, "grant_dismissed", "back", "批准人的审批资格已被撤销，该批准随之失效，请重新申请。", "Who granted it was dismissed, and the grant with it; ask anew."},
    Row{Problem::GrantUsedUp, 403, "grant_used_up", "back", "批准的调阅次数已用完，请重新申请。", "The grant was used as often as it says; ask anew."},
    Row{Problem::OutsideSpan, 403, "outside_span", "back", "所选内容不在批准的范围之内，请另行申请。", "This lies outside of what was granted; ask for it."},
    Row{Problem::ViewOver, 409, "view_over", "back", "本次调阅已结束，请返回后重新开始回放。", "The view has ended; go back and begin another."},
    Row{Problem::NotStored, 404, "not_stored", "back", "采集站没有保存这段音像，不能回放，请返回。", "None of this footage is stored here; go back."},
    Row{Problem::NotPlayable, 409, "not_playable", "back", "这份内容不是可播放的音像，请返回。", "This is nothing that can be played; go back."},
    Row{Problem::Damaged, 409, "damaged", "ask_sysadmin", "存储的这段音像已损坏，不能回放，请系统管理员用第二副本恢复。", "What is stored of this is damaged; the system administrator restores it from the second copy."},
    Row{Problem::NoEvidenceKey, 409, "no_evidence_key", "ask_sysadmin", "音像已加密，证据保管服务没有配置解密密钥，请联系系统管理员。", "The footage is encrypted and the vault has no key for it; ask the system administrator."},
    Row{Problem::TooManyViews, 409, "too_many_views", "wait", "正在进行的调阅过多，请在 {} 秒后重试。", "Too many views are open; try again in {} s."},
    Row{Problem::ImportOver, 409, "import_over", "retry", "本次导入已中断，没有保存任何内容，请重新导入该文件。", "This import was broken off and nothing of it is kept; import the file again."},
    Row{Problem::WrongPiece, 409, "wrong_piece", "retry", "文件内容与开始导入时不一致，没有保存任何内容，请在文件不再变动后重新导入。", "The file is not as it was when the import began, and nothing is kept; import it again once nobody writes to it."},
    Row{Problem::NoRoom, 409, "no_room", "ask_sysadmin", "证据保管服务的磁盘空间不足，没有保存该文件，请系统管理员腾出空间后再导入。", "The vault's disk has no room for the file and nothing is kept; the system administrator makes room, then import it again."},
    Row{Problem::NotKept, 409, "not_kept", "ask_sysadmin", "文件写入后未能正确读回，请保留原文件，联系系统管理员检查磁盘后再导入。", "The vault could not read back what it wrote; keep the file and let the system administrator see to the disk, then import it again."},
    Row{Problem::TooManyImports, 409, "too_many_imports", "wait", "正在导入的文件过多，请在 {} 秒后重试。", "Too many files are being imported; try again in {} s."},
    Row{Problem::LetterType, 422, "letter_type", "correct", "来函扫描件不是 PDF、JPEG 或 PNG 文件，请另选文件。", "The scan of the letter is no PDF, JPEG or PNG file; choose another."},
    Row{Problem::LetterTooLarge, 413, "letter_too_large", "correct", "来函扫描件超过 4 MB，请降低分辨率重新扫描后再选。", "The scan of the letter is larger than 4 MB; scan it again with fewer dots."},
    Row{Problem::LetterOver, 409, "letter_over", "retry", "来函扫描件没有完整送达，申请没有提交，请重新提交。", "The scan of the letter did not come whole, and nothing was asked; submit it again."},
    Row{Problem::TooManyLetters, 409, "too_many_letters", "wait", "正在提交的来函扫描件过多，请在 {} 秒后重试。", "Too many scans are on their way; try again in {} s."},
    Row{Problem::LetterGone, 409, "letter_gone", "ask_sysadmin", "采集站上已没有这份来函扫描件，请系统管理员从备份恢复。", "The scan of the letter is no longer on the dock; the system administrator restores it from a backup."},
    Row{Problem::LetterAltered, 409, "letter_altered", "ask_sysadmin", "采集站上的来函扫描件与申请时提交的不一致，请系统管理员从备份恢复。", "The scan of the letter is not the one that was handed in; the system administrator restores it from a backup."},
    Row{Problem::VaultAway, 503, "vault_away", "retry", "证据保管服务没有响应，请稍后重试；持续出现请联系系统管理员。", "The vault does not answer; try again later, then ask the system administrator."},
    Row{Problem::Internal, 500, "internal", "retry", "系统出现故障，操作没有完成，请稍后重试；持续出现请联系系统管理员。", "Something failed and nothing was done; try again later, then ask the system administrator."},
    // clang-format on
};

const Row& rowOf(Problem problem) {
    const Row& row = kRows.at(static_cast<std::size_t>(problem));
    LIUHEN_ASSERT(row.problem == problem);
    return row;
}

nlohmann::json bodyOf(Problem problem, std::string_view field, std::chrono::seconds wait) {
    const Row& row = rowOf(problem);
    nlohmann::json error = {{"code", row.code},
                            {"message_zh", fmt::format(fmt::runtime(row.zh), wait.count())},
                            {"message_en", fmt::format(fmt::runtime(row.en), wait.count())},
                            {"action", row.action}};
    if (!field.empty()) {
        error["field"] = field;
    }
    if (wait.count() > 0) {
        error["retry_after_s"] = wait.count();
    }
    return {{"error", std::move(error)}};
}

std::string textOf(const nlohmann::json& body) {
    return body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

net::Response refusal(Problem problem, std::string_view field, std::chrono::seconds wait) {
    net::Response response;
    response.status = rowOf(problem).status;
    response.contentType = "application/json";
    response.body = core::toBuffer(core::viewOf(textOf(bodyOf(problem, field, wait))));
    if (wait.count() > 0) {
        response.headers.set("Retry-After", std::to_string(wait.count()));
    }
    return response;
}

net::Response refusalOf(const core::Error& error) {
    core::log(core::LogLevel::Error, "web", error.message);
    const bool away = error.kind == core::ErrorKind::Unavailable ||
                      error.kind == core::ErrorKind::DeadlineExceeded;
    return refusal(away ? Problem::VaultAway : Problem::Internal);
}

std::string problemText(Problem problem) {
    return textOf(bodyOf(problem, {}, {}));
}

}  // namespace liuhen::web
