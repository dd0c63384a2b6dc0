-- AlterTable
ALTER TABLE "BulkTask" ADD COLUMN     "canaryApprovedAt" TIMESTAMPTZ(3),
ADD COLUMN     "canaryState" TEXT;
