// SPDX-License-Identifier: Apache-2.0
// The table of those words. The needles are those of the vault's judges (dock/vault).
#include "dock/web/api/quarantine_words.hpp"

#include <array>

namespace liuhen::web {

namespace {

constexpr std::array kRows = {
    // clang-format off
    QuarantineWords{"in another form", "同一位置已存有另一份内容", "两份都已保留。请停用该记录仪，报请法制监督员比对。", "Both are kept. Put the recorder aside and let a supervisor compare them."},
    QuarantineWords{"contradict what the vault already holds", "与已入库的账本相互矛盾", "两者都已保留。请停用该记录仪，报请法制监督员送检。", "Both are kept. Put the recorder aside and let a supervisor have it examined."},
    QuarantineWords{"begins within a stored chapter", "账本起点落在已入库的章节之内", "数据已原样保留。请停用该记录仪，报请法制监督员查看。", "It is kept as it came. Put the recorder aside and let a supervisor look at it."},
    QuarantineWords{"another beginning of this generation", "账本起点与登记的不一致", "请核对该记录仪的入网登记；登记无误的，停用记录仪并报请法制监督员送检。", "Compare the enrolment of the recorder; if that is right, put it aside and have it examined."},
    QuarantineWords{"not of this agency", "记录仪证书不是本单位签发的", "请核对该记录仪是否为本单位设备；是本单位设备的，由两人重新办理入网。", "See whether it is a recorder of this agency; if so, two persons enrol it anew."},
    QuarantineWords{"certificate", "记录仪身份证书不符", "请核对该记录仪的编号和入网登记，报请法制监督员查看。", "Compare the recorder's number and enrolment, and let a supervisor look at it."},
    QuarantineWords{"does not end with the recorder's docking", "账本没有以入站登记结尾", "请将记录仪重新放入采集口再采集一次；仍出现的，报请法制监督员查看。", "Put the recorder into a bay once more; if it comes again, let a supervisor look at it."},
    QuarantineWords{"holds no entry", "账本中没有记录", "请勿清空记录仪，重新采集一次；仍出现的，联系系统管理员。", "Do not empty the recorder, take it in once more; then ask the system administrator."},
    QuarantineWords{"not signed with the key", "签名所用的密钥不符，内容可能被改动", "数据已原样保留。请勿清空记录仪，停用并报请法制监督员送检。", "It is kept as it came. Do not empty the recorder; put it aside and have it examined."},
    QuarantineWords{"signature", "签名未通过核验，内容可能被改动", "数据已原样保留。请勿清空记录仪，停用并报请法制监督员送检。", "It is kept as it came. Do not empty the recorder; put it aside and have it examined."},
    QuarantineWords{"not the one that was signed", "内容与签名的不符，可能被改动", "数据已原样保留。请勿清空记录仪，停用并报请法制监督员送检。", "It is kept as it came. Do not empty the recorder; put it aside and have it examined."},
    QuarantineWords{"bytes that are no entry", "账本中有无法识别的内容，可能被改动", "数据已原样保留。请勿清空记录仪，停用并报请法制监督员送检。", "It is kept as it came. Do not empty the recorder; put it aside and have it examined."},
    QuarantineWords{"hash", "内容与签名的摘要不符，可能被改动", "数据已原样保留。请勿清空记录仪，停用并报请法制监督员送检。", "It is kept as it came. Do not empty the recorder; put it aside and have it examined."},
    QuarantineWords{"", "未通过核验", "数据已原样保留。请勿清空记录仪，核对该记录仪是否已登记，并请法制监督员查看原因。", "It is kept as it came. Do not empty the recorder; see whether it is registered, and let a supervisor look at the reason."},
    // clang-format on
};

}  // namespace

const QuarantineWords& quarantineWords(std::string_view reason) {
    for (const QuarantineWords& row : kRows) {
        if (reason.find(row.needle) != std::string_view::npos) {
            return row;
        }
    }
    return kRows.back();
}

}  // namespace liuhen::web
