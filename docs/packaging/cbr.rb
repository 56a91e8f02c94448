# A Homebrew formula; a tap of your own holds it as Formula/cbr.rb. VERSION, the address and the four checksums (SHA256SUMS of
# the release) are filled in at each release.
class Cbr < Formula
  desc "Claude on Amazon Bedrock, from the command line"
  homepage "https://EXAMPLE.invalid/cbr"
  version "VERSION"
  license "MIT"

  on_macos do
    on_arm do
      url "https://EXAMPLE.invalid/cbr/releases/download/vVERSION/cbr-macos-arm64"
      sha256 "SHA256_OF_cbr-macos-arm64"
    end
    on_intel do
      url "https://EXAMPLE.invalid/cbr/releases/download/vVERSION/cbr-macos-x64"
      sha256 "SHA256_OF_cbr-macos-x64"
    end
  end
  on_linux do
    on_arm do
      url "https://EXAMPLE.invalid/cbr/releases/download/vVERSION/cbr-linux-arm64"
      sha256 "SHA256_OF_cbr-linux-arm64"
    end
    on_intel do
      url "https://EXAMPLE.invalid/cbr/releases/download/vVERSION/cbr-linux-x64"
      sha256 "SHA256_OF_cbr-linux-x64"
    end
  end

  def install
    bin.install Dir["cbr-*"].first => "cbr"
    # Homebrew makes it executable only after this method.
    chmod 0555, bin/"cbr"
    generate_completions_from_executable(bin/"cbr", "completion", shells: [:bash, :zsh, :fish])
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/cbr --version")
    system bin/"cbr", "mock", "--", bin/"cbr", "invoke", "-m", "opus-4.6", "--global", "Hello"
  end
end
