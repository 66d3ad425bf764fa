// SPDX-License-Identifier: GPL-2.0-or-later
// A plugin of clang-tidy that limits the checks to declarations of this project. Without it each check walks through
// all of Qt and the standard library for every file and discards what it finds there: three quarters of its time. The
// static analyzer is unaffected. scripts/tidy builds and loads this plugin.
#include <clang/AST/ASTConsumer.h>
#include <clang/AST/ASTContext.h>
#include <clang/Basic/SourceManager.h>
#include <clang/Frontend/CompilerInstance.h>
#include <clang/Frontend/FrontendPluginRegistry.h>

namespace {

class OwnDeclarations : public clang::ASTConsumer {
   public:
    void HandleTranslationUnit(clang::ASTContext& context) override {
        const clang::SourceManager& sources = context.getSourceManager();
        std::vector<clang::Decl*> own;
        for (clang::Decl* declaration : context.getTranslationUnitDecl()->decls()) {
            if (!sources.isInSystemHeader(declaration->getLocation())) own.push_back(declaration);
        }
        context.setTraversalScope(own);
    }
};

class LimitTraversal : public clang::PluginASTAction {
   protected:
    std::unique_ptr<clang::ASTConsumer> CreateASTConsumer(clang::CompilerInstance& /*compiler*/,
                                                          llvm::StringRef /*file*/) override {
        return std::make_unique<OwnDeclarations>();
    }
    bool ParseArgs(const clang::CompilerInstance& /*compiler*/, const std::vector<std::string>& /*words*/) override {
        return true;
    }
    /// Runs before the consumer that runs the checks, without a command-line option.
    ActionType getActionType() override { return AddBeforeMainAction; }
};

const clang::FrontendPluginRegistry::Add<LimitTraversal> kRegistered("own-declarations",
                                                                     "checks see this project's declarations alone");

}  // namespace
