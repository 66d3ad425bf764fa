// SPDX-License-Identifier: GPL-2.0-or-later
// A kubeconfig, and the output of a credential plugin that it names.
#include "kubeconfig.h"

#include "exec_credential.h"
#include "fuzz.h"

namespace fos1::fuzz {

void runOne(const QByteArray& input) {
    const auto access = kube::parseKubeconfig(input, QStringLiteral("/nowhere/config"));
    if (access)
        FUZZ_CLAIM(access->server.isValid() && !access->server.host().isEmpty());
    else
        FUZZ_CLAIM(saysWhy(access.error()));
    const auto credential = kube::parseExecCredential(input, QStringLiteral("client.authentication.k8s.io/v1"));
    if (credential)
        FUZZ_CLAIM(!credential->token.isEmpty() || (!credential->certificate.isEmpty() && !credential->key.isEmpty()));
    else
        FUZZ_CLAIM(saysWhy(credential.error()));
}

}  // namespace fos1::fuzz
