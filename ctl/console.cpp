// SPDX-License-Identifier: GPL-2.0-or-later
#include "console.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <QCborMap>
#include <QJsonArray>
#include <QJsonDocument>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "yaml_document.h"

namespace fos1::ctl {

void print(const QString& text) {
    const QByteArray bytes = text.toUtf8();
    std::fwrite(bytes.constData(), 1, static_cast<std::size_t>(bytes.size()), stdout);
    if (!bytes.endsWith('\n')) std::fputc('\n', stdout);
}

ExitCode afterOutput(ExitCode code) {
    errno = 0;
    const bool isWritten = std::fflush(stdout) == 0;
    if (isWritten && std::ferror(stdout) == 0) return code;
    // An earlier write may have failed; its reason is gone.
    complain(QStringLiteral("the output could not be written%1")
                 .arg(isWritten ? QString() : QStringLiteral(": ") + QString::fromLocal8Bit(std::strerror(errno))));
    return code == ExitCode::Ok ? ExitCode::Failed : code;
}

qsizetype lineWidth() {
    constexpr int kLeast = 40;
    bool isNumber = false;
    if (const int columns = qEnvironmentVariableIntValue("COLUMNS", &isNumber); isNumber && columns >= kLeast)
        return columns;
    winsize size{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= kLeast) return size.ws_col;
    return 0;
}

void complain(const QString& text) { std::fprintf(stderr, "fos1ctl: %s\n", qUtf8Printable(text)); }

void complainAt(const QString& place, const QString& text) {
    std::fprintf(stderr, "%s: %s\n", qUtf8Printable(place), qUtf8Printable(text));
}

bool printAs(OutputFormat format, const QJsonObject& value) {
    switch (format) {
        case OutputFormat::Json: print(QString::fromUtf8(QJsonDocument(value).toJson())); return true;
        case OutputFormat::Yaml: print(QString::fromUtf8(yaml::emit(QCborMap::fromJsonObject(value)))); return true;
        case OutputFormat::Table: break;
    }
    return false;
}

void noteUnchecked(const QJsonObject& answer) {
    const QJsonArray unchecked = answer.value(u"unchecked").toArray();
    for (const QJsonValue& who : unchecked) complain(QStringLiteral("note: not checked by %1").arg(who.toString()));
}

void noteWarnings(const QJsonObject& preview) {
    QStringList objects;
    const QJsonArray given = preview.value(u"objects").toArray();
    for (const QJsonValue& each : given) objects.append(each[u"object"].toString());
    const QJsonArray plugins = preview.value(u"plugins").toArray();
    for (const QJsonValue& plugin : plugins) {
        const QJsonArray warnings = plugin[u"warnings"].toArray();
        for (const QJsonValue& each : warnings)
            if (const QString object = each[u"object"].toString(); objects.contains(object))
                complain(QStringLiteral("warning: %1: %2").arg(object, each[u"text"].toString()));
    }
}

ExitCode complainAbout(const RpcFailure& failure) {
    complain(failure.message);
    for (const Error& error : failure.errors) complain(error.text());
    return failure.code == RpcFailure::kNoDaemon ? ExitCode::NoDaemon : ExitCode::Failed;
}

std::optional<QJsonObject> call(const Options& options, const QString& method, const QJsonObject& params,
                                ExitCode& code) {
    RpcClient client(options.socket);
    const auto result = client.call(method, params);
    if (result) return *result;
    code = complainAbout(result.error());
    return std::nullopt;
}

}  // namespace fos1::ctl
