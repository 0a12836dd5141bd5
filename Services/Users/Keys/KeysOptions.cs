using System.ComponentModel.DataAnnotations;

namespace EShop.Users.Keys;

/// <summary><c>Keys</c> in the configuration.</summary>
internal sealed class KeysOptions
{
    /// <summary>What the private signing keys are encrypted with at rest. A secret without a default; changing it makes the stored keys unreadable.</summary>
    [Required(ErrorMessage = "Keys:Encryption is required: set Keys__Encryption to a random secret of at least 32 characters and keep it as long as the database.")]
    [MinLength(32, ErrorMessage = "Keys:Encryption is too short: at least 32 random characters.")]
    public string Encryption { get; set; } = "";

    /// <summary>How long a key signs before its successor does.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "3650.00:00:00", ErrorMessage = "Keys:RotateEvery is at least an hour and at most ten years.")]
    public TimeSpan RotateEvery { get; set; } = TimeSpan.FromDays(90);

    /// <summary>How long a key is published before it signs, so that every service has it by then: they look every 20 s.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "01:00:00", ErrorMessage = "Keys:Notice is at least a minute and at most an hour.")]
    public TimeSpan Notice { get; set; } = TimeSpan.FromMinutes(5);
}
