using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace EShop.Payment.Migrations
{
    /// <inheritdoc />
    public partial class RefundsAndConcerns : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_payments_read_at",
                table: "payments");

            migrationBuilder.AddColumn<string>(
                name: "lines",
                table: "refunds",
                type: "jsonb",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "request_key",
                table: "refunds",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<bool>(
                name: "restock",
                table: "refunds",
                type: "boolean",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<long>(
                name: "told",
                table: "refunds",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.CreateTable(
                name: "concerns",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    kind = table.Column<string>(type: "text", nullable: false),
                    order_id = table.Column<Guid>(type: "uuid", nullable: false),
                    reference = table.Column<string>(type: "text", nullable: false),
                    amount = table.Column<long>(type: "bigint", nullable: true),
                    detail = table.Column<string>(type: "text", nullable: false),
                    since = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    times = table.Column<int>(type: "integer", nullable: false),
                    dismissed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_concerns", x => x.id);
                });

            migrationBuilder.CreateIndex(
                name: "ix_payments_intent_id",
                table: "payments",
                column: "intent_id");

            migrationBuilder.CreateIndex(
                name: "ix_payments_read_at",
                table: "payments",
                column: "read_at",
                filter: "read_at IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_concerns_reference",
                table: "concerns",
                column: "reference");

            migrationBuilder.AddForeignKey(
                name: "fk_refunds_payments_order_id",
                table: "refunds",
                column: "order_id",
                principalTable: "payments",
                principalColumn: "order_id",
                onDelete: ReferentialAction.Cascade);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropForeignKey(
                name: "fk_refunds_payments_order_id",
                table: "refunds");

            migrationBuilder.DropTable(
                name: "concerns");

            migrationBuilder.DropIndex(
                name: "ix_payments_intent_id",
                table: "payments");

            migrationBuilder.DropIndex(
                name: "ix_payments_read_at",
                table: "payments");

            migrationBuilder.DropColumn(
                name: "lines",
                table: "refunds");

            migrationBuilder.DropColumn(
                name: "request_key",
                table: "refunds");

            migrationBuilder.DropColumn(
                name: "restock",
                table: "refunds");

            migrationBuilder.DropColumn(
                name: "told",
                table: "refunds");

            migrationBuilder.CreateIndex(
                name: "ix_payments_read_at",
                table: "payments",
                column: "read_at",
                filter: "read_at IS NOT NULL AND status IN ('awaiting_payment', 'requires_action', 'processing', 'canceled', 'rejected')");
        }
    }
}
