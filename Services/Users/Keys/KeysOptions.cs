using System.ComponentModel.DataAnnotations;

namespace EShop.Users.Keys;

/// <summary><c>Keys</c> in the configuration.</summary>
internal sealed class KeysOptions
{
    /// <summary>What the private signing keys are encrypted with at rest. A secret without a default; changing it makes the stored keys unreadable.</summary>
    [Required(ErrorMessage = "Keys:Encryption is required: set Keys__Encryption to a random secret of at least 32 characters and keep it as long as the database.")]
    [MinLength(32, ErrorMessage = "Keys:Encryption is too short: at least 32 random characters.")]
    public string Encryption { get; set; } = "";
}
