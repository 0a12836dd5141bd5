namespace EShop.Bill.Drawing;

/// <summary>Where the browser is: <c>Bill:Browser</c>, else the first known one on the PATH. Looked for each time one is started, so that installing it while the service runs is enough.</summary>
internal static class ChromiumPath
{
    public const string Missing =
        "No Chromium was found, so invoices cannot be drawn as PDF: install it with `apt-get install -y chromium-headless-shell` (Debian, Ubuntu) or `brew install --cask chromium` (macOS), or set Bill:Browser to the path of one.";

    // The headless shell first: it draws the same page with half of the CPU and a third of the memory.
    private static readonly string[] Names = ["chromium-headless-shell", "chrome-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome.exe", "msedge.exe"];
    private static readonly string[] Elsewhere =
        ["/Applications/Chromium.app/Contents/MacOS/Chromium", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", @"C:\Program Files\Google\Chrome\Application\chrome.exe"];

    public static string? Find(string? configured)
    {
        if (!string.IsNullOrEmpty(configured))
            return File.Exists(configured) ? configured : null;
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return Names.SelectMany(name => folders.Select(folder => Path.Combine(folder, name))).Concat(Elsewhere).FirstOrDefault(File.Exists);
    }
}
